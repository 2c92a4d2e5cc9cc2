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

use core_text;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use stdClass;

/**
 * One call that waits in the queue.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue_row {
    /** @var int So often is tried what is refused for a reason of its own; with the pauses between that is a good week. */
    public const TRIES = 24;

    /** @var int Longest pause before it is tried again, in minutes. */
    private const PAUSE = 720;

    /** @var string What is said of a row that nobody can read. */
    private const UNREADABLE = 'unreadable';

    /**
     * Constructor.
     */
    private function __construct(
        /** @var stdClass Row of the table. */
        private readonly stdClass $record,
    ) {
    }

    /**
     * Reads a row.
     *
     * @param int $id Its id.
     * @return self|null Null where it is gone meanwhile.
     */
    public static function read(int $id): ?self {
        global $DB;
        $record = $DB->get_record(queue::TABLE, ['id' => $id]);
        return $record ? new self($record) : null;
    }

    /**
     * Tells whether it is a request that is handed on, with a token of its own.
     *
     * @return bool
     */
    public function is_passed(): bool {
        return $this->record->functionname === passing::QUEUED;
    }

    /**
     * Tells whether it is an erasure.
     *
     * @return bool
     */
    public function is_erasure(): bool {
        return $this->record->kind === queue::ERASURES;
    }

    /**
     * Returns the course that it belongs to.
     *
     * @return int Id of the course; 0 where it is not known.
     */
    public function courseid(): int {
        return (int) $this->record->courseid;
    }

    /**
     * Sends it.
     *
     * @param client $client Whom to send it to.
     * @throws service_exception The service has not done with it, and why.
     * @throws \JsonException It can't be read.
     * @throws \UnexpectedValueException It can't be understood.
     */
    public function send(client $client): void {
        $function = $this->record->functionname;
        $arguments = json_decode($this->record->arguments, true, 512, JSON_THROW_ON_ERROR);
        if (!is_array($arguments)) {
            throw new \UnexpectedValueException('The arguments are no struct');
        }
        if ($this->is_passed()) {
            passing::send_again($arguments, $client);
        } else if ($this->is_erasure()) {
            erasures::send_again($function, $arguments, (int) $this->record->id, $client);
        } else {
            $client->call(command::call($function, $arguments));
        }
    }

    /**
     * Takes it out of the queue.
     */
    public function remove(): void {
        global $DB;
        $DB->delete_records(queue::TABLE, ['id' => $this->record->id]);
    }

    /**
     * Has it tried again later, or no more where it was tried often enough. An erasure is never given up.
     *
     * @param service_exception $fault Why it was refused.
     */
    public function refuse(service_exception $fault): void {
        $tries = $this->record->tries + 1;
        $isover = $tries >= self::TRIES && !$this->is_erasure();
        $pause = min(2 ** min($tries - 1, 16) - 1, self::PAUSE) * MINSECS;
        $this->write($isover ? queue::STOPPED : queue::REFUSED, self::reason($fault), time() + $pause);
    }

    /**
     * Stops it, as trying again is of no use.
     *
     * @param service_exception|null $fault Why; null: nobody can read it.
     */
    public function stop(?service_exception $fault): void {
        $this->write(queue::STOPPED, $fault ? self::reason($fault) : self::UNREADABLE, 0);
    }

    /**
     * Writes what became of it.
     *
     * @param int $state Its state.
     * @param string $error Why.
     * @param int $next Time of the clock before which it is not tried again.
     */
    private function write(int $state, string $error, int $next): void {
        global $DB;
        $DB->update_record(queue::TABLE, (object) [
            'id' => $this->record->id,
            'state' => $state,
            'tries' => $this->record->tries + 1,
            'timetried' => time(),
            'timenext' => $next,
            'lasterror' => $error,
        ]);
    }

    /**
     * Returns the reason of a fault. What the service says in detail may hold a part of a record, so it stays out.
     *
     * @param service_exception $fault The fault.
     * @return string
     */
    public static function reason(service_exception $fault): string {
        $isours = !$fault instanceof service_refused || $fault->servicecode === service_refused::ON_THE_WAY;
        return core_text::substr($isours ? trim("$fault->errorcode $fault->detail") : $fault->servicecode, 0, 255);
    }
}
