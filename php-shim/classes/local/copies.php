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

use mod_lticontainer\task\after_upgrade;
use mod_lticontainer\task\register_course;
use stdClass;

/**
 * Copies of activities, which carry the system lines of those that they were made from.
 *
 * Two of the lines are dangerous there, as records would go on the other one's account. They are taken out as soon as
 * the copy is seen, and the service makes all of them anew.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class copies {
    /** @var int Activities that are looked through at a time. */
    private const BATCH = 1000;

    /** @var string Id up to which all were looked at twice, and the one up to which once. */
    private const LOOKEDAT = 'copieslookedat';

    /**
     * Takes the lines out of activities that have them from others.
     *
     * @param int[] $ltiids Ids of LTI activities.
     * @param bool $checkhost Whether lines that lead to another site are of others in any case.
     * @return int How many there were.
     */
    public static function disown(array $ltiids, bool $checkhost = false): int {
        global $DB;
        $rows = $DB->get_records_list('lti', 'id', $ltiids, 'id', 'id, course, instructorcustomparameters');
        return count(array_filter($rows, fn(stdClass $row) => self::disown_one($row, $checkhost)));
    }

    /**
     * Takes the lines out of an activity that has them from another one.
     *
     * @param stdClass $row Row of lti.
     * @param bool $checkhost Whether lines that lead to another site are of others in any case.
     * @return bool Whether it has them from another one.
     */
    public static function disown_one(stdClass $row, bool $checkhost = false): bool {
        $host = system_lines::own_host();
        $isforeign = fn(string $text): bool => system_lines::are_foreign($text, (int) $row->id, $checkhost ? $host : '');
        if (after_upgrade::is_pending() || !$isforeign((string) $row->instructorcustomparameters)) {
            // Copies of 1.6.3 go on as they did until the service is there to give them lines of their own.
            return false;
        }
        // What was read may be older than what somebody has saved meanwhile.
        $without = fn(string $text): string => $isforeign($text) ? system_lines::without_identity($text, $host) : $text;
        return stored_text::change((int) $row->id, $without);
    }

    /**
     * Looks at the activities that are new since it looked last, as Moodle tells nobody that a single one was restored.
     *
     * Each is looked at twice, a minute apart: what a long transaction has made may be seen after what was made later.
     *
     * @return int How many had lines of others.
     */
    public static function find(): int {
        if (after_upgrade::is_pending()) {
            // They are looked at once there are lines to give to them.
            return 0;
        }
        [$twice, $once] = array_map('intval', explode(',', get_config('mod_lticontainer', self::LOOKEDAT) ?: '0,0'));
        $last = $once;
        $found = 0;
        $courses = [];
        foreach (self::after($twice) as $row) {
            $isforeign = self::disown_one($row, true);
            $found += $isforeign ? 1 : 0;
            if ($isforeign || $row->id > $once) {
                $courses[$row->course] = true;
            }
            $last = max($last, (int) $row->id);
        }
        array_map(register_course::queue(...), array_keys($courses));
        if ([$once, $last] !== [$twice, $once]) {
            set_config(self::LOOKEDAT, "$once,$last", 'mod_lticontainer');
        }
        return $found;
    }

    /**
     * Reads activities, some at a time.
     *
     * @param int $id Those after this one.
     * @return iterable<stdClass> Rows of lti.
     */
    private static function after(int $id): iterable {
        global $DB;
        $columns = 'id, course, instructorcustomparameters';
        do {
            $rows = $DB->get_records_select('lti', 'id > ?', [$id], 'id', $columns, 0, self::BATCH);
            yield from $rows;
            $id = (int) array_key_last($rows);
        } while (count($rows) === self::BATCH);
    }
}
