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

use core\event\base;
use core\event\course_module_deleted;
use core\event\course_restored;
use core\event\user_deleted;
use core\event\user_updated;
use core_user;
use mod_lticontainer\local\activities;
use mod_lticontainer\local\names;
use mod_lticontainer\local\system_lines;
use mod_lticontainer\task\register_course;
use mod_lti\event\course_module_viewed;

/**
 * Listens to changes of LTI activities, and has them told to the service; and to what users are called.
 *
 * Nothing here waits for the service: cron tells it, a minute later at most.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class observer {
    /** @var string[] Modules whose changes matter. */
    private const MODULES = ['lti', 'lticontainer'];

    /**
     * An activity was made or changed.
     *
     * @param base $event The event.
     */
    public static function module_changed(base $event): void {
        if (!in_array($event->other['modulename'], self::MODULES, true)) {
            return;
        }
        if ($event->other['modulename'] === 'lti') {
            system_lines::disown([(int) $event->other['instanceid']]);
        }
        register_course::queue((int) $event->courseid);
    }

    /**
     * An activity was deleted. The service keeps what students have done in it.
     *
     * @param course_module_deleted $event The event.
     */
    public static function module_deleted(course_module_deleted $event): void {
        if ($event->other['modulename'] === 'lticontainer') {
            // Another instance of the course may show the same activities.
            register_course::queue((int) $event->courseid);
        } else if ($event->other['modulename'] === 'lti') {
            activities::forget_hidden((int) $event->courseid, (int) $event->other['instanceid']);
        }
    }

    /**
     * A course was restored, or imported into: its activities are new, and their system lines are those of the old ones.
     *
     * @param course_restored $event The event.
     */
    public static function course_restored(course_restored $event): void {
        global $DB;
        system_lines::disown($DB->get_fieldset_select('lti', 'id', 'course = ?', [$event->courseid]));
        register_course::queue((int) $event->courseid, true);
    }

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
    public static function user_updated(user_updated $event): void {
        names::changed((int) $event->objectid);
    }

    /**
     * A user was deleted, and Moodle has given them another name.
     *
     * @param user_deleted $event The event.
     */
    public static function user_deleted(user_deleted $event): void {
        names::deleted((int) $event->objectid, (string) $event->other['username']);
    }
}
