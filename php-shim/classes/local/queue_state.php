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

/**
 * How it stands with what waits in the queue: of a course, or of the whole site.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue_state {
    /** @var float From this part of its limit on the table counts as full. */
    private const FULL = 0.95;

    /**
     * Constructor.
     */
    private function __construct(
        /** @var int How many requests with records are to be sent. */
        public readonly int $records,
        /** @var int How many erasures are to be sent. */
        public readonly int $erasures,
        /** @var int How many calls are tried no more. */
        public readonly int $stopped,
        /** @var int When the oldest that is to be sent came; 0 where there is none. */
        public readonly int $since,
        /** @var bool Whether there is no room for more. */
        public readonly bool $isfull,
    ) {
    }

    /**
     * Looks at the whole site.
     *
     * @return self
     */
    public static function of_site(): self {
        return new self(
            queue::count(queue::RECORDS),
            queue::count(queue::ERASURES),
            stopped_calls::count(),
            queue::oldest(),
            self::is_full('', queue_room::used())
        );
    }

    /**
     * Looks at the records of a course.
     *
     * @param int $courseid Id of the course.
     * @return self
     */
    public static function of_course(int $courseid): self {
        global $DB;
        $sql = 'SELECT sender, SUM(bytes) AS bytes,
                       SUM(CASE WHEN state < :stopped THEN 1 ELSE 0 END) AS waiting,
                       SUM(CASE WHEN state = :again THEN 1 ELSE 0 END) AS stopped
                  FROM {' . queue::TABLE . '}
                 WHERE courseid = :course
              GROUP BY sender';
        $params = ['stopped' => queue::STOPPED, 'again' => queue::STOPPED, 'course' => $courseid];
        $senders = $DB->get_records_sql($sql, $params);
        $full = array_filter($senders, fn($one) => self::is_full((string) $one->sender, (int) $one->bytes));
        $waiting = (int) array_sum(array_column($senders, 'waiting'));
        $stopped = (int) array_sum(array_column($senders, 'stopped'));
        return new self($waiting, 0, $stopped, 0, $full || self::is_full('', queue_room::used()));
    }

    /**
     * Tells whether a limit is reached.
     *
     * @param string $sender Whose; empty: that of all.
     * @param int $bytes How much waits of theirs.
     * @return bool
     */
    private static function is_full(string $sender, int $bytes): bool {
        return $bytes > self::FULL * queue_room::limit_of($sender);
    }
}
