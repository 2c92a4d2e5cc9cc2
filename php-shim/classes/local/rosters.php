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

use context_course;
use mod_lticontainer\local\exception\service_exception;

/**
 * Tells the service who belongs to a course, so that its own page, and programs that ask it, know who has not started.
 *
 * The pages here hand the roster along, as it is at that moment.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class rosters {
    /** @var int Longest roster that the service takes. */
    private const LONGEST = 10000;

    /**
     * Tells it. Where nobody can start anything the list is empty, which takes away what was said before.
     *
     * @param int $courseid Id of the course.
     * @param client $client The service.
     * @param array $info Result of get_site_info.
     * @return int How many belong to the course.
     * @throws service_exception
     */
    public static function send(int $courseid, client $client, array $info): int {
        if (!self::are_kept($info)) {
            return 0;
        }
        $users = self::has_any($courseid) ? self::students($courseid) : [];
        $client->call(command::call('set_roster', ['course_id' => $courseid, 'users' => $users]));
        return count($users);
    }

    /**
     * Takes away those of courses in which nobody can start anything any more: the last instance is gone, or the course.
     *
     * @param int[] $courses Ids of the courses that the service knows.
     * @param client $client The service.
     * @param array $info Result of get_site_info.
     * @throws service_exception
     */
    public static function forget(array $courses, client $client, array $info): void {
        foreach (self::are_kept($info) ? array_diff($courses, registration::courses()) : [] as $courseid) {
            $roster = $client->call(command::call('get_roster', ['course_id' => $courseid]));
            if ($roster['users'] ?? []) {
                self::send($courseid, $client, $info);
            }
        }
    }

    /**
     * Tells whether the service keeps rosters of this site.
     *
     * @param array $info Result of get_site_info.
     * @return bool
     */
    private static function are_kept(array $info): bool {
        // On Moodle's own tables it reads there who is enrolled, at any time.
        return !($info['moodle_tables'] ?? true) && own_site::is_served($info);
    }

    /**
     * Tells whether a course has an activity that students start containers with.
     *
     * @param int $courseid Id of the course.
     * @return bool
     */
    private static function has_any(int $courseid): bool {
        $instances = activities::instances($courseid);
        $isours = fn(activity $one): bool => activities::responsible($one, $instances) !== null;
        return $instances && array_filter(activities::of_course($courseid), $isours);
    }

    /**
     * Finds the students of a course: who is enrolled, and teaches nothing there. Those whose retention period is over are
     * left out, as Moodle has them erased.
     *
     * @param int $courseid Id of the course.
     * @return string[] User names.
     */
    private static function students(int $courseid): array {
        $context = context_course::instance($courseid, IGNORE_MISSING);
        if (!$context) {
            return [];
        }
        $names = fn(string $capability, bool $onlyactive): array => array_column(
            get_enrolled_users($context, $capability, 0, 'u.id, u.username', 'u.username', 0, 0, $onlyactive),
            'username',
            'id'
        );
        $students = array_diff($names('', true), $names('mod/lticontainer:lti_view', false));
        $students = array_diff_key($students, array_flip(retention::expired($context, array_keys($students))));
        return array_map('strval', array_slice(array_values($students), 0, self::LONGEST));
    }
}
