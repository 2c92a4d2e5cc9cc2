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
use mod_lticontainer\task\register_course;

/**
 * Sends what waits in the queue, as far as that is possible now.
 *
 * A call is taken out when the service has acknowledged it, not before. So nothing is lost where this is interrupted, and
 * what was sent twice the service stores once.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class queue_sender {
    /** @var service_exception|null What keeps something from being sent. */
    private ?service_exception $fault = null;

    /** @var bool Whether nothing can be sent now. */
    private bool $isaway = false;

    /** @var bool Whether nothing can be sent with the site's own token now. */
    private bool $isshut = false;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var client Whom to send it to. */
        private readonly client $client,
        /** @var float Time of the clock after which no further call is made. */
        private readonly float $deadline,
    ) {
    }

    /**
     * Sends.
     *
     * @param string $kind queue::RECORDS or queue::ERASURES.
     * @return service_exception|null What keeps something from being sent; null where time was up, or all is sent.
     */
    public function send(string $kind): ?service_exception {
        $last = 0;
        do {
            $ids = queue::due($kind, $last, $this->isshut);
            foreach ($ids as $last) {
                if ($this->isaway || microtime(true) >= $this->deadline) {
                    return $this->fault;
                }
                $this->send_one($last);
            }
            // What was worked out meanwhile stands behind the rest.
        } while ($ids);
        return $this->fault;
    }

    /**
     * Sends one call.
     *
     * @param int $id Its id.
     */
    private function send_one(int $id): void {
        $row = queue_row::read($id);
        if (!$row || ($this->isshut && !$row->is_passed())) {
            return;
        }
        try {
            $row->send($this->client);
            $row->remove();
        } catch (service_exception $fault) {
            $this->settle($row, $fault);
        } catch (\JsonException | \UnexpectedValueException) {
            $row->stop(null);
        }
    }

    /**
     * Decides what becomes of a call that was not acknowledged.
     *
     * @param queue_row $row The call.
     * @param service_exception $fault Why.
     */
    private function settle(queue_row $row, service_exception $fault): void {
        $verdict = verdict::of($fault, $row->is_passed());
        if ($verdict === verdict::DONE) {
            // The service keeps records that it refuses; of a refused erasure nothing is done.
            $row->is_erasure() ? $row->stop($fault) : $row->remove();
            return;
        }
        $this->fault = $fault;
        if ($verdict === verdict::UNCLEAR) {
            $verdict = $this->is_there() ? verdict::ALONE : verdict::AWAY;
        }
        match ($verdict) {
            verdict::ALONE => $this->refuse($row, $fault),
            verdict::NEVER => $row->stop($fault),
            verdict::SHUT => $this->isshut = true,
            default => $this->isaway = true,
        };
    }

    /**
     * Has a call tried again later. One whose token the service does not know may lack its registration.
     *
     * @param queue_row $row The call.
     * @param service_exception $fault Why it was refused.
     */
    private function refuse(queue_row $row, service_exception $fault): void {
        $row->refuse($fault);
        if ($row->is_passed() && ($fault->servicecode ?? '') === passed_answer::UNKNOWN_TOKEN) {
            register_course::queue($row->courseid());
        }
    }

    /**
     * Asks whether the service is there, whatever it thinks of the site's token.
     *
     * @return bool
     */
    private function is_there(): bool {
        try {
            $this->client->call(command::call('get_site_info'));
            return true;
        } catch (service_exception $fault) {
            return !in_array(verdict::of($fault, false), [verdict::AWAY, verdict::UNCLEAR], true);
        }
    }
}
