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
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;

/**
 * Remembers for all requests of the site that the service is away, so that they don't wait for it one after the other.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class circuit {
    /** @var int Seconds in which nobody tries after a failure. */
    public const REST = 30;

    /** @var string Key in the cache: the time until which nobody tries. */
    private const KEY = 'until';

    /** @var cache The cache. */
    private readonly cache $cache;

    /** @var bool Whether a failure is remembered. */
    private bool $isremembered = false;

    /**
     * Constructor.
     */
    public function __construct() {
        $this->cache = cache::make('mod_lticontainer', 'circuit');
    }

    /**
     * Tells whether this request may try. When the rest is over one request tries, and the others go on resting.
     *
     * @return bool
     */
    public function may_try(): bool {
        $until = $this->cache->get(self::KEY);
        if ($until === false) {
            return true;
        }
        $this->isremembered = true;
        // A clock that was set back must not make the rest longer.
        $isresting = $until > time() && $until <= time() + self::REST;
        if (!$isresting) {
            $this->bad();
        }
        return !$isresting;
    }

    /**
     * The service has answered.
     */
    public function good(): void {
        if ($this->isremembered) {
            $this->reset();
        }
    }

    /**
     * The service has not taken a request. Where it is there all the same, and says what it has against this one, or where
     * something on the way says so, others go on: else whoever may send records could keep all the others from it.
     *
     * @param service_exception $fault Why.
     */
    public function failed(service_exception $fault): void {
        $isthere = $fault instanceof service_refused && verdict::of($fault, false) !== verdict::AWAY;
        $isthere ? $this->good() : $this->bad();
    }

    /**
     * Forgets what was remembered.
     */
    public function reset(): void {
        $this->cache->delete(self::KEY);
    }

    /**
     * The service is away.
     */
    public function bad(): void {
        $this->cache->set(self::KEY, time() + self::REST);
    }
}
