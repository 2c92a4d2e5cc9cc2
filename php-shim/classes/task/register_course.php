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

use mod_lticontainer\local\client;
use mod_lticontainer\local\command;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\registration;
use mod_lticontainer\local\renewal;
use mod_lticontainer\local\rosters;

/**
 * Tells the service of the LTI activities of a course, and has system lines made anew where they are not right any more.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class register_course extends lasting_task {
    /**
     * Has it done soon; once, however often it is asked for meanwhile. A course without an instance needs nothing.
     *
     * @param int $courseid Id of the course.
     * @param bool $all Whether the service is asked for all system lines, as it may write them otherwise than before.
     */
    public static function queue(int $courseid, bool $all = false): void {
        global $DB;
        if (!$DB->record_exists('lticontainer', ['course' => $courseid])) {
            return;
        }
        self::put(['courseid' => $courseid, 'all' => $all]);
    }

    /**
     * Does it, or tries again where the service is away. What the service refuses of this course the nightly task asks again.
     */
    public function execute() {
        global $DB;
        ['courseid' => $courseid, 'all' => $all] = (array) $this->get_custom_data();
        if (!client::is_configured() || !$DB->record_exists('course', ['id' => $courseid])) {
            return;
        }
        try {
            self::tell($courseid, $all);
        } catch (service_refused $fault) {
            if (!$fault->is_of_one()) {
                throw $fault;
            }
            mtrace("Course $courseid: " . $fault->sentence());
        }
    }

    /**
     * Tells the service of a course.
     *
     * @param int $courseid Id of the course.
     * @param bool $all Whether the service is asked for all system lines.
     * @throws service_exception
     */
    private static function tell(int $courseid, bool $all): void {
        $client = client::in_background();
        $registered = registration::course($courseid, $client);
        $changed = (new renewal($client))->course($courseid, $all);
        rosters::send($courseid, $client, $client->call(command::call('get_site_info')));
        mtrace("Course $courseid: $registered activities registered, system lines of $changed made anew.");
    }
}
