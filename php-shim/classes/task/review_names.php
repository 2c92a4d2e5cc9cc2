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
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\names;
use mod_lticontainer\local\person;
use mod_lticontainer\local\person_rows;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\stale_names;

/**
 * Notes the names of users of whom something is stored, and forgets those under which nothing is stored any more.
 *
 * Most names are noted when they are used, changed or deleted. This finds those of a time before that, and of records that
 * came after their user was deleted.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review_names extends scheduled_task {
    /** @var int Seconds for names to be forgotten; the next time it goes on. */
    private const SECONDS = 300;

    /**
     * Returns the name of the task.
     *
     * @return string
     */
    public function get_name() {
        return get_string('task_review_names', 'mod_lticontainer');
    }

    /**
     * Does it.
     */
    public function execute() {
        try {
            names::learn(person_rows::names());
            foreach (client::is_configured() ? registration::courses() : [] as $courseid) {
                names::learn(person::names_in_course($courseid));
            }
            mtrace(stale_names::forget(microtime(true) + self::SECONDS) . ' names were forgotten.');
        } catch (service_exception $fault) {
            mtrace($fault->sentence());
        }
    }
}
