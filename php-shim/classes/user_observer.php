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

namespace mod_lticontainer;

use core\event\user_deleted;
use core\event\user_updated;
use core_user;
use mod_lti\event\course_module_viewed;
use mod_lticontainer\local\names;

/**
 * Listens to what users are called.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class user_observer {
    /**
     * Somebody opens an LTI activity: from now on the service may know them by their name.
     *
     * @param course_module_viewed $event The event.
     */
    public static function lti_viewed(course_module_viewed $event): void {
        global $DB;
        if (!isguestuser($event->userid) && $DB->record_exists('lticontainer', ['course' => $event->courseid])) {
            names::note((int) $event->userid, (string) core_user::get_user($event->userid)->username);
        }
    }

    /**
     * A user was changed, and may have another name.
     *
     * @param user_updated $event The event.
     */
    public static function updated(user_updated $event): void {
        names::changed((int) $event->objectid);
    }

    /**
     * A user was deleted, and Moodle has given them another name.
     *
     * @param user_deleted $event The event.
     */
    public static function deleted(user_deleted $event): void {
        names::deleted((int) $event->objectid, (string) $event->other['username']);
    }
}
