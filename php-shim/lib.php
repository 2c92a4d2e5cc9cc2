<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * What Moodle asks of an activity module.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\hosts;
use mod_lticontainer\local\instance;

/**
 * Tells which features of Moodle the module supports.
 *
 * @param string $feature A FEATURE_xx constant.
 * @return mixed True, false, a value, or null where it is unknown.
 */
function lticontainer_supports($feature) {
    return match ($feature) {
        FEATURE_MOD_INTRO, FEATURE_SHOW_DESCRIPTION, FEATURE_BACKUP_MOODLE2 => true,
        FEATURE_GROUPS, FEATURE_GROUPINGS, FEATURE_COMPLETION_TRACKS_VIEWS => false,
        FEATURE_GRADE_HAS_GRADE, FEATURE_GRADE_OUTCOMES => false,
        FEATURE_MOD_PURPOSE => MOD_PURPOSE_ADMINISTRATION,
        default => null,
    };
}

/**
 * Adds an instance.
 *
 * @param stdClass $data What the form holds.
 * @param mod_lticontainer_mod_form|null $form The form.
 * @return int Id of the instance.
 */
function lticontainer_add_instance(stdClass $data, ?mod_lticontainer_mod_form $form = null): int {
    global $DB;
    $data->timecreated = $data->timemodified = time();
    // The columns of 1.6.3 have defaults that would stand for a host of their own.
    $data->docker_host = $data->docker_user = $data->docker_pass = '';
    $data = instance::normalised($data);
    hosts::check((int) $data->course, (string) ($data->host ?? ''), '');
    return $DB->insert_record('lticontainer', $data);
}

/**
 * Changes an instance.
 *
 * @param stdClass $data What the form holds.
 * @param mod_lticontainer_mod_form|null $form The form.
 * @return bool Always true.
 */
function lticontainer_update_instance(stdClass $data, ?mod_lticontainer_mod_form $form = null): bool {
    global $DB;
    $data->id = $data->instance;
    $data->timemodified = time();
    $data = instance::normalised($data);
    $stored = (string) $DB->get_field('lticontainer', 'host', ['id' => $data->id]);
    hosts::check((int) $data->course, (string) ($data->host ?? $stored), $stored);
    return $DB->update_record('lticontainer', $data);
}

/**
 * Deletes an instance. Activities, volumes and records stay: other instances may show them.
 *
 * @param int $id Id of the instance.
 * @return bool False where there is none.
 */
function lticontainer_delete_instance(int $id): bool {
    global $DB;
    if (!$DB->record_exists('lticontainer', ['id' => $id])) {
        return false;
    }
    $DB->delete_records('lticontainer', ['id' => $id]);
    return true;
}

/**
 * Hides the activity from those who may see none of its pages.
 *
 * @param cm_info $cm The course module.
 */
function lticontainer_cm_info_dynamic(cm_info $cm): void {
    if (!has_any_capability(instance::PAGE_CAPABILITIES, $cm->context)) {
        $cm->set_user_visible(false);
    }
}
