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

use mod_lticontainer\local\exception\service_exception;

/**
 * Records in the queue that the service has refused, by the persons whom they name.
 *
 * When they are tried again they must not bring back what was erased meanwhile. Those that are still tried go before an erasure,
 * so what is left before it when it is sent was stopped: the erasure takes out what is its person's, also where an
 * administrator has it tried again in the same moment.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class person_calls {
    /**
     * Returns the courses of those that name a person.
     *
     * @param string $username User name.
     * @return int[] Ids of courses, of which some may be gone; 0 where one is not known.
     */
    public static function courses(string $username): array {
        $courses = [];
        foreach (self::refused() as $courseid => $names) {
            if (in_array($username, $names, true)) {
                $courses[] = $courseid;
            }
        }
        return $courses;
    }

    /**
     * Returns the persons whom those of a course name.
     *
     * @param int $courseid Id of the course.
     * @return string[] User names.
     */
    public static function usernames(int $courseid): array {
        return self::refused()[$courseid] ?? [];
    }

    /**
     * Reads whom refused records name.
     *
     * @return string[][] User names by the ids of courses; 0 where the course is not known.
     */
    private static function refused(): array {
        global $DB;
        $found = [];
        $where = 'kind = :kind AND state > :waiting';
        $params = ['kind' => queue::RECORDS, 'waiting' => queue::WAITING];
        $rows = $DB->get_recordset_select(queue::TABLE, $where, $params, 'id', 'id, courseid, arguments');
        foreach ($rows as $row) {
            foreach (call_names::of($row->arguments)->usernames as $username) {
                $found[(int) $row->courseid][$username] = $username;
            }
        }
        $rows->close();
        return $found;
    }

    /**
     * Deletes the refused records of a person that came before an erasure. A request that names the person goes as a whole.
     *
     * @param string $username User name.
     * @param int $courseid Id of a course; 0: all. What is of no known course counts as the course's.
     * @param int $before Id of the erasure.
     * @param client $client Whom to ask for the person's sessions.
     * @throws service_exception
     */
    public static function forget(string $username, int $courseid, int $before, client $client): void {
        global $DB;
        [$where, $params] = self::of_course($courseid, $before);
        if (!$DB->record_exists_select(queue::TABLE, $where, $params)) {
            return;
        }
        $arguments = ['username' => $username, 'course_id' => $courseid, 'limit' => 1];
        $known = (new answer($client->call(command::call('get_user_data', $arguments))))->rows('sessions');
        $sessions = array_map(fn(answer $one) => $one->text('session'), $known);
        // Twice: records that name the person tell of sessions that the service does not know.
        $sessions = [...$sessions, ...self::forget_named($username, $sessions, $where, $params)];
        self::forget_named($username, $sessions, $where, $params);
    }

    /**
     * Deletes the refused records of a course that came before an erasure.
     *
     * @param int $courseid Id of the course.
     * @param int $before Id of the erasure.
     */
    public static function forget_course(int $courseid, int $before): void {
        global $DB;
        $params = ['kind' => queue::RECORDS, 'waiting' => queue::WAITING, 'before' => $before, 'course' => $courseid];
        $where = 'kind = :kind AND state > :waiting AND id < :before AND courseid = :course';
        $DB->delete_records_select(queue::TABLE, $where, $params);
    }

    /**
     * Deletes those that are a person's.
     *
     * @param string $username User name.
     * @param string[] $sessions Sessions of the person.
     * @param string $where Among which.
     * @param array $params Parameters of that.
     * @return string[] Sessions of what was deleted.
     */
    private static function forget_named(string $username, array $sessions, string $where, array $params): array {
        global $DB;
        $deleted = [];
        $rows = $DB->get_fieldset_select(queue::TABLE, 'id', $where, $params);
        foreach ($rows as $id) {
            $names = call_names::of((string) $DB->get_field(queue::TABLE, 'arguments', ['id' => $id]));
            if ($names->are_of($username, $sessions)) {
                $DB->delete_records(queue::TABLE, ['id' => $id]);
                $deleted = [...$deleted, ...$names->sessions];
            }
        }
        return $deleted;
    }

    /**
     * Returns what picks the refused records that may be of a course.
     *
     * @param int $courseid Id of the course; 0: all.
     * @param int $before Id of what came after them.
     * @return array Condition and parameters.
     */
    private static function of_course(int $courseid, int $before): array {
        $params = ['kind' => queue::RECORDS, 'waiting' => queue::WAITING, 'before' => $before];
        $where = 'kind = :kind AND state > :waiting AND id < :before';
        if (!$courseid) {
            return [$where, $params];
        }
        return ["$where AND (courseid = :course OR courseid = 0)", $params + ['course' => $courseid]];
    }
}
