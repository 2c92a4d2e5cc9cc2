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

namespace mod_lticontainer\local;

use mod_lticontainer\task\register_course;

/**
 * What the system lines of activities take from the site and its LTI tools, which change without an event.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class tools {
    /** @var string Setting: digest of what was so when it was looked at last. */
    private const LOOKEDAT = 'toolslookedat';

    /**
     * Has the lines looked at of all courses where this has changed: the address of Moodle, where a tool is, and where it
     * opens.
     *
     * @return int How many courses those are.
     */
    public static function follow(): int {
        $digest = self::digest();
        $before = (string) get_config('mod_lticontainer', self::LOOKEDAT);
        if ($digest === $before) {
            return 0;
        }
        set_config(self::LOOKEDAT, $digest, 'mod_lticontainer');
        $courses = $before === '' ? [] : registration::courses();
        array_map(register_course::queue(...), $courses);
        return count($courses);
    }

    /**
     * Returns what stands for all of it.
     *
     * @return string
     */
    private static function digest(): string {
        global $CFG, $DB;
        $tools = $DB->get_records_sql_menu('SELECT id, tooldomain FROM {lti_types} ORDER BY id');
        $containers = $DB->get_records_menu('lti_types_config', ['name' => 'launchcontainer'], 'typeid, id', 'id, value');
        return hash('sha256', json_encode([$CFG->wwwroot, $tools, $containers], JSON_INVALID_UTF8_SUBSTITUTE));
    }
}
