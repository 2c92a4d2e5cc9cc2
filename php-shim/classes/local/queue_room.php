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

use cache;

/**
 * How much may wait in the queue: in all as the settings say, and of one LTI activity a quarter of that, so that a notebook
 * that runs away keeps no other activity from being recorded.
 *
 * What lies in the table is added up every few seconds; what comes meanwhile is counted in a cache. So the limits may be
 * passed by what comes at the same moment.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue_room {
    /** @var int Most that waits, in MiB, where the setting says nothing. */
    public const LIMIT = 1024;

    /** @var int Which part of the limit one LTI activity may take. */
    private const PARTS = 4;

    /** @var int Seconds after which what lies in the table is added up again. */
    private const FRESH = 10;

    /** @var string Key of the cache for all that waits. */
    private const ALL = 'all';

    /**
     * Takes room, where there is some.
     *
     * @param string $sender Who sends.
     * @param int $bytes How many bytes.
     * @return bool Whether there was.
     */
    public static function take(string $sender, int $bytes): bool {
        $all = self::used(self::ALL) + $bytes;
        $own = self::used($sender) + $bytes;
        if ($all > self::limit() || $own > self::limit_of($sender)) {
            return false;
        }
        self::remember(self::ALL, $all);
        self::remember($sender, $own);
        return true;
    }

    /**
     * Returns how many bytes may wait.
     *
     * @return int
     */
    public static function limit(): int {
        $setting = get_config('mod_lticontainer', 'queuelimit');
        return max(1, (int) ($setting === false ? self::LIMIT : $setting)) * 1048576;
    }

    /**
     * Returns how many bytes of a sender may wait.
     *
     * @param string $sender Who sends.
     * @return int
     */
    public static function limit_of(string $sender): int {
        return str_starts_with($sender, passing::SENDER) ? intdiv(self::limit(), self::PARTS) : self::limit();
    }

    /**
     * Returns how many bytes wait.
     *
     * @param string $sender Whose; empty: all.
     * @return int
     */
    public static function used(string $sender = self::ALL): int {
        [$bytes, $time] = self::cache()->get($sender) ?: [0, 0];
        // A clock that was set back must not make it older than it is.
        if (abs(time() - $time) <= self::FRESH) {
            return $bytes;
        }
        $bytes = self::added_up($sender);
        self::cache()->set($sender, [$bytes, time()]);
        return $bytes;
    }

    /**
     * Adds up what lies in the table.
     *
     * @param string $sender Whose.
     * @return int Bytes.
     */
    private static function added_up(string $sender): int {
        global $DB;
        $which = $sender === self::ALL ? [] : ['sender' => $sender];
        return (int) $DB->get_field(queue::TABLE, 'SUM(bytes)', $which);
    }

    /**
     * Remembers what was taken, until the table is added up again.
     *
     * @param string $sender Whose.
     * @param int $bytes How many bytes.
     */
    private static function remember(string $sender, int $bytes): void {
        $time = (self::cache()->get($sender) ?: [0, 0])[1];
        self::cache()->set($sender, [$bytes, $time]);
    }

    /**
     * Returns the cache.
     *
     * @return cache
     */
    private static function cache(): cache {
        return cache::make('mod_lticontainer', 'queueroom');
    }
}
