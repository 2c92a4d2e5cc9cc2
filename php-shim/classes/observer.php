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
use mod_lti\event\course_module_viewed;
use mod_lticontainer\local\activities;
use mod_lticontainer\local\copies;
use mod_lticontainer\task\register_course;
use mod_lticontainer\task\unregister_activity;
use moodle_url;

/**
 * Listens to changes of LTI activities, and has them told to the service.
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

    /** @var string The page that sends what students' browsers hand to JupyterHub. */
    private const LAUNCH = '/mod/lti/launch.php';

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
            copies::disown([(int) $event->other['instanceid']]);
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
            if (activities::instances((int) $event->courseid)) {
                // What was registered from a course that has none any more is found by the nightly task.
                unregister_activity::queue((int) $event->other['instanceid'], (int) $event->courseid);
            }
        }
    }

    /**
     * A course was changed: its name stands in the lines of its activities.
     *
     * @param base $event The event.
     */
    public static function course_changed(base $event): void {
        register_course::queue((int) $event->courseid);
    }

    /**
     * A course was restored, or imported into: its activities are new, and their system lines are those of the old ones.
     *
     * @param course_restored $event The event.
     */
    public static function course_restored(course_restored $event): void {
        self::restored((int) $event->courseid, empty($event->other['samesite']));
    }

    /**
     * Something came back from the recycle bin of a course. It has a new id.
     *
     * @param base $event The event.
     */
    public static function item_restored(base $event): void {
        self::restored((int) $event->courseid, false);
    }

    /**
     * Somebody opens an LTI activity. It may have been restored alone, which Moodle tells nobody; this is the last moment
     * before its students work on the account of another activity.
     *
     * @param course_module_viewed $event The event.
     */
    public static function lti_viewed(course_module_viewed $event): void {
        global $SCRIPT;
        $row = $event->get_record_snapshot('lti', $event->objectid);
        if (!copies::disown_one($row)) {
            return;
        }
        register_course::queue((int) $event->courseid);
        if ($SCRIPT === self::LAUNCH) {
            // The page has read the lines already, so it has to begin anew.
            redirect(new moodle_url(qualified_me()));
        }
    }

    /**
     * Looks through a course after something was restored into it.
     *
     * @param int $courseid Id of the course.
     * @param bool $isfromelsewhere Whether it may have come from another site, whose ids may be the same by chance.
     */
    private static function restored(int $courseid, bool $isfromelsewhere): void {
        global $DB;
        copies::disown($DB->get_fieldset_select('lti', 'id', 'course = ?', [$courseid]), $isfromelsewhere);
        register_course::queue($courseid);
    }
}
