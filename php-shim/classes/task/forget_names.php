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
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\stale_names;

/**
 * Forgets earlier names of users under which nothing is stored any more.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

class forget_names extends scheduled_task {
    /** @var int Seconds; the next time it goes on. */
    private const SECONDS = 300;

    /**
     * Returns the name of the task.
     *
     * @return string
     */
    public function get_name() {
        return get_string('task_forget_names', 'mod_lticontainer');
    }

    /**
     * Forgets them.
     */
    public function execute() {
        try {
            mtrace(stale_names::forget(microtime(true) + self::SECONDS) . ' names were forgotten.');
        } catch (service_exception $fault) {
            mtrace($fault->sentence());
        }
    }
}
