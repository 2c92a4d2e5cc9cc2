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

namespace mod_lticontainer\task;

use core\task\scheduled_task;
use mod_lticontainer\local\client;
use mod_lticontainer\local\queue;
use mod_lticontainer\local\queue_sender;
use mod_lticontainer\local\stopped_calls;
use mod_lticontainer\local\stopped_notice;

/**
 * Sends what the service has not acknowledged yet.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send_queue extends scheduled_task {
    /** @var int[] Seconds for each kind; the task comes every minute. */
    private const SECONDS = [queue::RECORDS => 40, queue::ERASURES => 15];

    /**
     * Returns the name of the task.
     *
     * @return string
     */
    public function get_name() {
        return get_string('task_send_queue', 'mod_lticontainer');
    }

    /**
     * Sends.
     */
    public function execute() {
        client::remember_service();
        foreach (self::SECONDS as $kind => $seconds) {
            $before = queue::count($kind);
            if ($before === 0) {
                continue;
            }
            $sender = new queue_sender(client::in_background(), microtime(true) + $seconds);
            $fault = $sender->send($kind);
            $waiting = queue::count($kind);
            mtrace("$kind: $before were waiting, $waiting are left." . ($fault ? ' ' . $fault->sentence() : ''));
        }
        stopped_notice::send_if_due();
        $expired = stopped_calls::expire();
        if ($expired) {
            mtrace("$expired requests with records were deleted, which were stopped " . stopped_calls::DAYS . ' days ago.');
        }
    }
}
