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
 * Stopped records are kept for some days.
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
     * @return int
     */
    public static function count(): int {
        global $DB;
        return $DB->count_records(queue::TABLE, ['state' => queue::STOPPED]);
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
     * Returns what picks one, or all.
     *
     * @param int $id Which one; 0: all.
     * @return array Condition and parameters.
     */
    private static function which(int $id): array {
        return $id ? [self::ODD . ' AND id = :id', ['id' => $id]] : [self::ODD, []];
    }
}
