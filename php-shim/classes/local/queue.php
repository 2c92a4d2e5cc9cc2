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
 * Calls that the service has not acknowledged yet. They are sent in the order in which they came.
 *
 * Each one waits at first. One that is refused for a reason of its own steps out of the order and is tried again, later and
 * later. One with which the service will never be done is stopped: it is kept for an administrator, and holds up nothing.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue {
    /** @var string Notebook records. */
    public const RECORDS = 'records';

    /** @var string Erasures of what is stored of a person. */
    public const ERASURES = 'erasures';

    /** @var string The table. */
    public const TABLE = 'lticontainer_queue';

    /** @var int State: it was not tried yet, or nothing could be sent. */
    public const WAITING = 0;

    /** @var int State: it was refused for a reason of its own, and is tried again. */
    public const REFUSED = 1;

    /** @var int State: it is not tried any more. */
    public const STOPPED = 2;

    /** @var int[] States of what is to be sent. */
    private const OPEN = [self::WAITING, self::REFUSED];

    /** @var int Rows that are looked up at a time. */
    private const BATCH = 100;

    /**
     * Keeps a call with records for later, where there is room.
     *
     * @param string $function Function of the service.
     * @param array $arguments Its arguments.
     * @param string $sender Whose order it has to keep.
     * @param int $courseid Id of the course; 0 where it is not known.
     * @param service_exception|null $fault Why it was refused, for a reason of its own; null: it was not.
     * @return bool Whether it is kept.
     */
    public static function add_records(
        string $function,
        array $arguments,
        string $sender,
        int $courseid,
        ?service_exception $fault = null
    ): bool {
        $text = self::text($arguments);
        if (!queue_room::take($sender, strlen($text))) {
            return false;
        }
        $more = $fault ? ['state' => self::REFUSED, 'lasterror' => queue_row::reason($fault)] : [];
        self::insert(self::RECORDS, $function, $text, ['sender' => $sender, 'courseid' => $courseid] + $more);
        return true;
    }

    /**
     * Keeps an erasure for later.
     *
     * @param string $function Function of the service.
     * @param array $arguments Its arguments.
     */
    public static function add_erasure(string $function, array $arguments): void {
        self::insert(self::ERASURES, $function, self::text($arguments), []);
    }

    /**
     * Changes the arguments of a call.
     *
     * @param int $id Its id.
     * @param \Closure $change Takes the arguments, and returns new ones.
     */
    public static function change(int $id, \Closure $change): void {
        global $DB;
        $arguments = json_decode((string) $DB->get_field(self::TABLE, 'arguments', ['id' => $id]), true);
        if (is_array($arguments)) {
            $DB->set_field(self::TABLE, 'arguments', self::text($change($arguments)), ['id' => $id]);
        }
    }

    /**
     * Tells whether something of a sender waits for its turn, so that what comes now would overtake it.
     *
     * @param string $sender Who sends.
     * @return bool
     */
    public static function has_waiting(string $sender): bool {
        global $DB;
        return $DB->record_exists(self::TABLE, ['sender' => $sender, 'state' => self::WAITING]);
    }

    /**
     * Tells how many calls are to be sent.
     *
     * @param string $kind RECORDS or ERASURES.
     * @return int
     */
    public static function count(string $kind): int {
        global $DB;
        return array_sum(array_map(
            fn(int $state) => $DB->count_records(self::TABLE, ['kind' => $kind, 'state' => $state]),
            self::OPEN
        ));
    }

    /**
     * Tells since when the oldest call that is to be sent is there.
     *
     * @return int Time of the clock; 0 where there is none.
     */
    public static function oldest(): int {
        global $DB;
        $first = array_filter([self::first(self::RECORDS), self::first(self::ERASURES)]);
        return $first ? (int) $DB->get_field(self::TABLE, 'timecreated', ['id' => min($first)]) : 0;
    }

    /**
     * Returns calls that may be sent now, the oldest first.
     *
     * An erasure may go when the records that came before it are sent: they would store again what it erases.
     *
     * @param string $kind RECORDS or ERASURES.
     * @param int $after Calls behind this one.
     * @param bool $ispassed Only requests that are handed on, with a token of their own.
     * @return int[] Their ids; some of those that are there.
     */
    public static function due(string $kind, int $after, bool $ispassed = false): array {
        global $DB;
        $where = 'kind = :kind AND state = :state AND timenext <= :now AND id > :after';
        $params = ['kind' => $kind, 'now' => time(), 'after' => $after];
        $first = $kind === self::ERASURES ? self::first(self::RECORDS) : 0;
        if ($first) {
            $where .= ' AND id < :first';
            $params['first'] = $first;
        }
        if ($ispassed) {
            $where .= ' AND functionname = :function';
            $params['function'] = passing::QUEUED;
        }
        $ids = [];
        // One state at a time: the index holds them in the order of their ids, and a long table need not be sorted.
        foreach (self::OPEN as $state) {
            $found = $DB->get_records_select(self::TABLE, $where, $params + ['state' => $state], 'id', 'id', 0, self::BATCH);
            $ids = [...$ids, ...array_map('intval', array_keys($found))];
        }
        sort($ids);
        return array_slice($ids, 0, self::BATCH);
    }

    /**
     * Returns the oldest call of a kind that is to be sent.
     *
     * @param string $kind RECORDS or ERASURES.
     * @return int Its id; 0 where there is none.
     */
    private static function first(string $kind): int {
        global $DB;
        $first = fn(int $state) => (int) $DB->get_field(self::TABLE, 'MIN(id)', ['kind' => $kind, 'state' => $state]);
        $found = array_filter(array_map($first, self::OPEN));
        return $found ? min($found) : 0;
    }

    /**
     * Writes a row.
     *
     * @param string $kind RECORDS or ERASURES.
     * @param string $function Function of the service.
     * @param string $text Its arguments.
     * @param array $more Other fields.
     */
    private static function insert(string $kind, string $function, string $text, array $more): void {
        global $DB;
        $own = ['kind' => $kind, 'functionname' => $function, 'arguments' => $text, 'bytes' => strlen($text)];
        $DB->insert_record(self::TABLE, (object) ($own + ['timecreated' => time()] + $more));
    }

    /**
     * Returns arguments as the table takes them.
     *
     * @param array $arguments The arguments.
     * @return string
     */
    private static function text(array $arguments): string {
        return json_encode($arguments, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }
}
