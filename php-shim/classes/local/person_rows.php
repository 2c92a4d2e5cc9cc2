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
 * What the tables of 1.6.3 hold of persons. They are empty after a fresh install, unless the service works on them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class person_rows {
    /** @var string Answers of kernels, which name their user, with the course of their session. */
    private const JOINED = '{lticontainer_server_data} d JOIN {lticontainer_session} s ON s.session = d.session';

    /** @var string Answers in sessions of a course. */
    private const IN_COURSE = 'd.session IN (SELECT s.session FROM {lticontainer_session} s WHERE s.course = :course)';

    /** @var string Answers in sessions of no course that exists. */
    private const HOMELESS = 'NOT EXISTS (
            SELECT 1 FROM {lticontainer_session} s JOIN {course} c ON c.id = s.course WHERE s.session = d.session
        )';

    /** @var array What tells of the cell that was run, as keys. */
    private const CELL = ['cell_id' => 0, 'filename' => 0, 'asked' => 0];

    /** @var int Rows that are deleted at a time. */
    private const BATCH = 1000;

    /**
     * Returns the courses in which a person has rows.
     *
     * @param string $username User name.
     * @return int[] Ids of courses.
     */
    public static function courses(string $username): array {
        global $DB;
        $sql = 'SELECT DISTINCT s.course FROM ' . self::JOINED . ' JOIN {course} c ON c.id = s.course WHERE ' . self::named();
        return array_map('intval', $DB->get_fieldset_sql($sql, ['username' => $username]));
    }

    /**
     * Returns the user names that are in the rows.
     *
     * @return string[]
     */
    public static function names(): array {
        global $DB;
        $sql = "SELECT DISTINCT username, session FROM {lticontainer_server_data} WHERE username <> ''";
        return array_values(array_unique(array_map('strval', $DB->get_fieldset_sql($sql))));
    }

    /**
     * Adds the persons who have rows in a course.
     *
     * @param userlist $list Takes them.
     * @param int $courseid Id of the course.
     */
    public static function add_users(userlist $list, int $courseid): void {
        global $DB;
        // MySQL takes names for equal that differ in an accent; in one session there are none of them.
        $sql = 'SELECT DISTINCT d.username, d.session FROM ' . self::JOINED . " WHERE s.course = :course AND d.username <> ''";
        $list->add_users(names::owners($DB->get_fieldset_sql($sql, ['course' => $courseid])));
    }

    /**
     * Tells whether there are rows of a person.
     *
     * @param string $username User name.
     * @return bool
     */
    public static function exist(string $username): bool {
        global $DB;
        $sql = 'SELECT 1 FROM {lticontainer_server_data} d WHERE ' . self::named();
        return $DB->record_exists_sql($sql, ['username' => $username]);
    }

    /**
     * Reads the rows of a person, with the cells that were run.
     *
     * @param string $username User name.
     * @param int $courseid Id of a course; 0: what belongs to no course that exists.
     * @return array[]
     */
    public static function read(string $username, int $courseid): array {
        global $DB;
        $sql = 'SELECT d.id, d.session, d.message, d.status, d.date, c.cell_id, c.filename, c.date AS asked
                  FROM {lticontainer_server_data} d
             LEFT JOIN {lticontainer_client_data} c ON c.session = d.session AND c.message = d.message
                 WHERE ' . self::named() . ' AND ' . ($courseid ? self::IN_COURSE : self::HOMELESS) . '
              ORDER BY d.id';
        $found = [];
        $rows = $DB->get_recordset_sql($sql, ['username' => $username] + ($courseid ? ['course' => $courseid] : []));
        foreach ($rows as $row) {
            $found[$row->id] ??= array_diff_key((array) $row, self::CELL);
            if ($row->asked !== null) {
                $found[$row->id]['cells'][] = array_intersect_key((array) $row, self::CELL);
            }
        }
        $rows->close();
        return array_values($found);
    }

    /**
     * Deletes the rows of a person, with what was asked of the kernel. A session whose answers name nobody else goes as a
     * whole.
     *
     * @param string $username User name.
     * @param int $courseid Id of a course; 0: what belongs to no course that exists.
     */
    public static function delete(string $username, int $courseid): void {
        $sessions = [];
        foreach (self::read($username, $courseid) as $row) {
            $sessions[$row['session']][] = $row;
        }
        foreach ($sessions as $session => $rows) {
            if ((string) $session !== '' && !self::is_shared((string) $session, $username)) {
                self::delete_sessions([(string) $session]);
            } else {
                self::delete_answers($rows);
            }
        }
    }

    /**
     * Deletes all rows of a course.
     *
     * @param int $courseid Id of the course.
     */
    public static function delete_course(int $courseid): void {
        global $DB;
        $sessions = $DB->get_fieldset_select('lticontainer_session', 'session', 'course = ?', [$courseid]);
        self::delete_sessions(array_filter($sessions, fn($session) => (string) $session !== ''));
        $DB->delete_records('lticontainer_session', ['course' => $courseid]);
    }

    /**
     * Returns the condition on a person's name. MySQL would take names for equal that differ in an accent.
     *
     * @return string
     */
    private static function named(): string {
        global $DB;
        return $DB->sql_equal('d.username', ':username');
    }

    /**
     * Tells whether answers of a session name somebody else.
     *
     * @param string $session Id of the session.
     * @param string $username User name.
     * @return bool
     */
    private static function is_shared(string $session, string $username): bool {
        global $DB;
        $names = $DB->get_fieldset_select('lticontainer_server_data', 'username', 'session = ?', [$session]);
        // Kernels that know no user report the word itself.
        return (bool) array_diff(array_map('strval', $names), [$username, '', 'username']);
    }

    /**
     * Deletes sessions with all that is in them.
     *
     * @param string[] $sessions Ids of sessions.
     */
    private static function delete_sessions(array $sessions): void {
        global $DB;
        foreach (array_chunk($sessions, self::BATCH) as $some) {
            foreach (['client_data', 'server_data', 'session'] as $table) {
                $DB->delete_records_list("lticontainer_$table", 'session', $some);
            }
        }
    }

    /**
     * Deletes answers, with what was asked for them.
     *
     * @param array[] $rows Answers of one session.
     */
    private static function delete_answers(array $rows): void {
        global $DB;
        foreach ($rows as $row) {
            if ((string) $row['message'] !== '') {
                $these = ['session' => $row['session'], 'message' => $row['message']];
                $DB->delete_records('lticontainer_client_data', $these);
            }
            $DB->delete_records('lticontainer_server_data', ['id' => $row['id']]);
        }
    }
}
