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

use stdClass;

/**
 * Calls of the queue that are not tried any more, or that were refused and are tried later: for an administrator to look at.
 *
 * Stopped records are kept for some days. They must not bring back what was erased meanwhile, so an erasure takes out those
 * of its person.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class stopped_calls {
    /** @var int Days for which stopped records are kept. */
    public const DAYS = 30;

    /** @var string What is tried no more, or was refused. */
    private const ODD = 'state > 0';

    /** @var string[] Parameter of a query for those whose token was replaced. */
    private const FORMER = ['former' => passing::FORMER_TOKEN];

    /**
     * Returns them, the oldest first.
     *
     * @param int $limit The most.
     * @return stdClass[] Rows of the table without their arguments.
     */
    public static function all(int $limit): array {
        global $DB;
        $fields = 'id, kind, functionname, sender, courseid, bytes, state, tries, timecreated, timetried, timenext, lasterror';
        return array_values($DB->get_records_select(queue::TABLE, self::ODD, null, 'id', $fields, 0, $limit));
    }

    /**
     * Counts those that are tried no more.
     *
     * @param int $courseid Id of the course that they belong to; 0: all.
     * @return int
     */
    public static function count(int $courseid = 0): int {
        global $DB;
        $which = $courseid ? ['courseid' => $courseid] : [];
        return $DB->count_records(queue::TABLE, $which + ['state' => queue::STOPPED]);
    }

    /**
     * Has them tried again, beside the order of what waits. One whose activity has another token by now gets that one: an
     * administrator may decide so, for the token may have been replaced because somebody else knew it.
     *
     * @param int $id Which one; 0: all.
     */
    public static function again(int $id): void {
        global $DB;
        [$where, $params] = self::which($id);
        $former = $DB->get_fieldset_select(queue::TABLE, 'id', "$where AND lasterror = :former", $params + self::FORMER);
        foreach ($former as $one) {
            queue::change((int) $one, passing::with_present_token(...));
        }
        foreach (['timenext' => 0, 'tries' => 0, 'state' => queue::REFUSED] as $field => $value) {
            $DB->set_field_select(queue::TABLE, $field, $value, $where, $params);
        }
    }

    /**
     * Deletes them.
     *
     * @param int $id Which one; 0: all that are tried no more.
     */
    public static function discard(int $id): void {
        global $DB;
        [$where, $params] = self::which($id);
        $DB->delete_records_select(queue::TABLE, $id ? $where : 'state = ' . queue::STOPPED, $params);
    }

    /**
     * Deletes records that were stopped too long ago.
     *
     * @return int How many requests those were.
     */
    public static function expire(): int {
        global $DB;
        $where = 'kind = :kind AND state = :stopped AND timetried < :before';
        $before = time() - self::DAYS * DAYSECS;
        $params = ['kind' => queue::RECORDS, 'stopped' => queue::STOPPED, 'before' => $before];
        $count = $DB->count_records_select(queue::TABLE, $where, $params);
        if ($count) {
            $DB->delete_records_select(queue::TABLE, $where, $params);
        }
        return $count;
    }

    /**
     * Deletes the stopped records of a person that came before an erasure. A request that names the person goes as a whole.
     *
     * @param string $username User name.
     * @param int $courseid Id of a course; 0: all. What is of no known course counts as the course's.
     * @param int $before Id of the erasure.
     * @param client $client Whom to ask for the person's sessions.
     * @throws exception\service_exception
     */
    public static function forget_person(string $username, int $courseid, int $before, client $client): void {
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
     * Deletes the stopped records of a course that came before an erasure.
     *
     * @param int $courseid Id of the course.
     * @param int $before Id of the erasure.
     */
    public static function forget_course(int $courseid, int $before): void {
        global $DB;
        $params = ['kind' => queue::RECORDS, 'stopped' => queue::STOPPED, 'before' => $before, 'course' => $courseid];
        $where = 'kind = :kind AND state = :stopped AND id < :before AND courseid = :course';
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
     * Returns what picks the stopped records that may be of a course.
     *
     * @param int $courseid Id of the course; 0: all.
     * @param int $before Id of what came after them.
     * @return array Condition and parameters.
     */
    private static function of_course(int $courseid, int $before): array {
        $params = ['kind' => queue::RECORDS, 'stopped' => queue::STOPPED, 'before' => $before];
        $where = 'kind = :kind AND state = :stopped AND id < :before';
        if (!$courseid) {
            return [$where, $params];
        }
        return ["$where AND (courseid = :course OR courseid = 0)", $params + ['course' => $courseid]];
    }

    /**
     * Returns what picks one, or all.
     *
     * @param int $id Which one; 0: all.
     * @return array Condition and parameters.
     */
    private static function which(int $id): array {
        return $id ? [self::ODD . ' AND id = :id', ['id' => $id]] : [self::ODD, []];
    }
}
