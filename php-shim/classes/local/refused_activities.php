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
use mod_lticontainer\local\exception\service_refused;

/**
 * LTI activities that the service did not register when it was told of them last, and why: for an administrator to see.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class refused_activities {
    /** @var string Setting: the activities, as JSON. */
    private const SETTING = 'refusedactivities';

    /** @var int So many are remembered. */
    private const MOST = 200;

    /**
     * Remembers which activities of some courses were refused; what was known of these courses is forgotten.
     *
     * @param int[] $courses Ids of courses.
     * @param array[] $refused Structs of register_ltis, each with its fault as `fault`.
     */
    public static function remember(array $courses, array $refused): void {
        $before = self::read();
        $kept = array_filter($before, fn(array $one) => !in_array($one['course_id'], $courses, true));
        $new = array_map(fn(array $one) => [
            'lti_id' => $one['lti_id'],
            'course_id' => $one['course_id'],
            'name' => $one['name'],
            'why' => self::why($one['fault']),
        ], $refused);
        $now = array_slice([...array_values($kept), ...array_values($new)], 0, self::MOST);
        if ($now !== $before) {
            set_config(self::SETTING, json_encode($now, JSON_UNESCAPED_UNICODE), 'mod_lticontainer');
        }
    }

    /**
     * Returns which they are.
     *
     * @return int[] Ids of LTI activities.
     */
    public static function ids(): array {
        return array_map('intval', array_column(self::read(), 'lti_id'));
    }

    /**
     * Returns the courses that have some.
     *
     * @return int[] Ids of courses.
     */
    public static function courses(): array {
        return array_map('intval', array_column(self::read(), 'course_id'));
    }

    /**
     * Names them, with the reasons.
     *
     * @return string[] Plain text, one line for each that still exists.
     */
    public static function lines(): array {
        global $DB;
        $lines = [];
        foreach (self::read() as $one) {
            $course = (string) $DB->get_field('course', 'shortname', ['id' => $one['course_id']]);
            if ($course !== '' && $DB->record_exists('lti', ['id' => $one['lti_id'], 'course' => $one['course_id']])) {
                $options = ['context' => context_course::instance($one['course_id']), 'escape' => false];
                $shown = fn(string $name): string => format_string($name, true, $options);
                $lines[] = "{$shown($course)}: {$shown($one['name'])} ($one[why])";
            }
        }
        return $lines;
    }

    /**
     * Says why one was refused.
     *
     * @param service_refused $fault What was said.
     * @return string Plain text.
     */
    private static function why(service_refused $fault): string {
        return implode(': ', array_filter([$fault->title ?: $fault->servicecode, $fault->detail]));
    }

    /**
     * Reads what is remembered.
     *
     * @return array[] Structs with lti_id, course_id, name and why.
     */
    private static function read(): array {
        $value = json_decode((string) get_config('mod_lticontainer', self::SETTING), true);
        return is_array($value) ? $value : [];
    }
}
