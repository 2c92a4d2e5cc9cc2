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

use core_privacy\local\request\contextlist;
use core_privacy\local\request\userlist;

/**
 * What the tables of 1.6.3 hold of persons. They are empty after a fresh install, unless the service works on them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class person_rows {
    /** @var string Answers of kernels, which name their user, with the course of their session. */
    private const JOINED = '{lticontainer_server_data} d JOIN {lticontainer_session} s ON s.session = d.session';

    /**
     * Adds the courses in which a person has rows.
     *
     * @param contextlist $list Takes them.
     * @param int $userid Id of the user.
     */
    public static function add_contexts(contextlist $list, int $userid): void {
        $sql = 'SELECT c.id
                  FROM ' . self::JOINED . '
                  JOIN {user} u ON u.username = d.username
                  JOIN {context} c ON c.instanceid = s.course AND c.contextlevel = :level
                 WHERE u.id = :userid';
        $list->add_from_sql($sql, ['level' => CONTEXT_COURSE, 'userid' => $userid]);
    }

    /**
     * Adds the persons who have rows in a course.
     *
     * @param userlist $list Takes them.
     * @param int $courseid Id of the course.
     */
    public static function add_users(userlist $list, int $courseid): void {
        $sql = 'SELECT u.id FROM ' . self::JOINED . ' JOIN {user} u ON u.username = d.username WHERE s.course = :course';
        $list->add_from_sql('id', $sql, ['course' => $courseid]);
    }

    /**
     * Reads the rows of a person in a course.
     *
     * @param string $username User name.
     * @param int $courseid Id of the course.
     * @return array[]
     */
    public static function read(string $username, int $courseid): array {
        global $DB;
        $sql = 'SELECT DISTINCT d.id, d.session, d.message, d.status, d.date
                  FROM ' . self::JOINED . '
                 WHERE d.username = :username AND s.course = :course
              ORDER BY d.id';
        $rows = $DB->get_records_sql($sql, ['username' => $username, 'course' => $courseid]);
        return array_values(array_map(fn($row) => (array) $row, $rows));
    }

    /**
     * Deletes the rows of a person in a course, with what was asked of the kernel in the same messages.
     *
     * @param string $username User name.
     * @param int $courseid Id of the course.
     */
    public static function delete(string $username, int $courseid): void {
        global $DB;
        foreach (array_chunk(self::read($username, $courseid), 1000) as $rows) {
            $messages = array_filter(array_column($rows, 'message'), fn($message) => (string) $message !== '');
            $DB->delete_records_list('lticontainer_client_data', 'message', $messages);
            $DB->delete_records_list('lticontainer_server_data', 'id', array_column($rows, 'id'));
        }
    }
}
