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
 * What a backup of an instance holds.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * What a backup of an instance holds.
 *
 * Passwords and tokens stay out: a backup is a file that travels.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class backup_lticontainer_activity_structure_step extends backup_activity_structure_step {
    #[\Override]
    protected function define_structure() {
        $instance = new backup_nested_element('lticontainer', ['id'], [
            'name', 'intro', 'introformat', 'timecreated', 'timemodified', 'jupyterhub_url', 'host', 'custom_params',
            'imgname_fltr', 'make_volumes', 'no_display_lti', 'use_dashboard', 'during_realtime', 'during_anytime',
            'chart_bar_usernum', 'chart_bar_codenum', 'chart_line_usernum', 'chart_line_interval', 'namepattern',
        ]);
        $instance->set_source_table('lticontainer', ['id' => backup::VAR_ACTIVITYID]);
        $instance->annotate_files('mod_lticontainer', 'intro', null);
        return $this->prepare_activity_structure($instance);
    }
}
