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

use core_privacy\local\request\userlist;

/**
 * Where the service may have something, and of whom, as far as Moodle can tell without it: courses with an instance, and
 * those who are enrolled there, in whatever state.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class likely {
    /** @var string Enrolments in courses with an instance. */
    private const JOINED = '{user_enrolments} ue
                  JOIN {enrol} e ON e.id = ue.enrolid
                  JOIN {lticontainer} l ON l.course = e.courseid';

    /**
     * Returns the courses of a person.
     *
     * @param int $userid Id of the user.
     * @return int[] Ids of courses.
     */
    public static function courses(int $userid): array {
        global $DB;
        $sql = 'SELECT DISTINCT e.courseid FROM ' . self::JOINED . ' WHERE ue.userid = :userid';
        return array_map('intval', $DB->get_fieldset_sql($sql, ['userid' => $userid]));
    }

    /**
     * Adds the persons of a course.
     *
     * @param userlist $list Takes them.
     * @param int $courseid Id of the course.
     */
    public static function add_users(userlist $list, int $courseid): void {
        $sql = 'SELECT ue.userid FROM ' . self::JOINED . ' WHERE e.courseid = :course';
        $list->add_from_sql('userid', $sql, ['course' => $courseid]);
    }
}
