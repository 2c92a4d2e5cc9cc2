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

use core_user;
use mod_lticontainer\local\exception\service_exception;
use stdClass;

/**
 * Names that are noted of users, and are of no use any more: nothing is stored under them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class stale_names {
    /** @var int Rows that are read at a time. */
    private const BATCH = 100;

    /**
     * Forgets them; the next time it goes on where time was up. While records wait none is, because they may name them.
     *
     * @param float $deadline Time of the clock after which no further name is looked at.
     * @return int How many were forgotten.
     * @throws service_exception
     */
    public static function forget(float $deadline): int {
        global $DB;
        $forgotten = 0;
        if (queue::count(queue::RECORDS)) {
            return $forgotten;
        }
        $last = (int) get_config('mod_lticontainer', 'nameslooked');
        try {
            while ($rows = $DB->get_records_select(names::TABLE, 'id > ?', [$last], 'id', '*', 0, self::BATCH)) {
                foreach ($rows as $row) {
                    if (microtime(true) >= $deadline) {
                        return $forgotten;
                    }
                    if (self::is_stale($row)) {
                        $DB->delete_records(names::TABLE, ['id' => $row->id]);
                        $forgotten++;
                    }
                    $last = (int) $row->id;
                }
            }
            $last = 0;
            return $forgotten;
        } finally {
            set_config('nameslooked', $last, 'mod_lticontainer');
        }
    }

    /**
     * Tells whether nothing is stored under a name any more that was a user's. While they have it, it can get more.
     *
     * @param stdClass $row Its row.
     * @return bool
     * @throws service_exception
     */
    private static function is_stale(stdClass $row): bool {
        $user = core_user::get_user($row->userid, 'id, username, deleted');
        $ishad = $user && !$user->deleted && $user->username === $row->username;
        if ($ishad || erasures::wait_for($row->username) || person_calls::courses($row->username)) {
            return false;
        }
        $isanothers = in_array($row->username, names::lost_to_others((int) $row->userid), true);
        if (!$isanothers && person_rows::exist($row->username)) {
            return false;
        }
        return !client::had_service() || !person::named($row->username)->has_anything($isanothers ? (int) $row->timelost : 0);
    }
}
