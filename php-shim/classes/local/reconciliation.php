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
use mod_lticontainer\task\unregister_activity;

/**
 * Finds what the service knows and is gone from Moodle: Moodle tells nobody what goes with a course.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class reconciliation {
    /**
     * Has the service told of activities that are gone, and takes away the rosters of courses that need none any more.
     *
     * @param client $client The service.
     * @param array $info Result of get_site_info.
     * @return int How many activities there are.
     * @throws service_exception
     */
    public static function apply(client $client, array $info): int {
        global $DB;
        if (!own_site::is_served($info)) {
            // A copy must not take out of service what is new in the real one.
            return 0;
        }
        $answer = $client->call(command::call('get_courses'));
        rosters::forget(array_map('intval', array_column((array) ($answer['courses'] ?? []), 'course_id')), $client, $info);
        $there = array_fill_keys($DB->get_fieldset_select('lti', 'id', '1 = 1'), true);
        $count = 0;
        foreach ((array) ($answer['courses'] ?? []) as $course) {
            foreach ((array) ($course['ltis'] ?? []) as $activity) {
                $id = (int) ($activity['lti_id'] ?? 0);
                if ($id && empty($activity['unregistered']) && !isset($there[$id])) {
                    unregister_activity::queue($id, (int) $course['course_id']);
                    $count++;
                }
            }
        }
        return $count;
    }
}
