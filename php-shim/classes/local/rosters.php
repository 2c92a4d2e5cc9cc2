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
     * Tells it.
     *
     * @param int $courseid Id of the course.
     * @param client $client The service.
     * @param array $info Result of get_site_info.
     * @return int How many belong to the course.
     * @throws service_exception
     */
    public static function send(int $courseid, client $client, array $info): int {
        if ($info['moodle_tables'] ?? true) {
            // It reads in Moodle's own tables who is enrolled, at any time.
            return 0;
        }
        $users = self::students($courseid);
        $client->call(command::call('set_roster', ['course_id' => $courseid, 'users' => $users]));
        return count($users);
    }

    /**
     * Finds the students of a course: who is enrolled, and teaches nothing there.
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
            'username'
        );
        $students = array_diff($names('', true), $names('mod/lticontainer:lti_view', false));
        return array_map('strval', array_slice(array_values($students), 0, self::LONGEST));
    }
}
