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

use stdClass;

/**
 * The LTI activities of a course, and which instance of the plugin shows them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class activities {
    /** @var int The tool decides where it opens (LTI_LAUNCH_CONTAINER_DEFAULT). */
    private const DEFAULT_CONTAINER = 1;

    /** @var int What Moodle takes where the tool says nothing: embedded, without blocks. */
    private const EMBEDDED_WITHOUT_BLOCKS = 3;

    /**
     * Returns the LTI activities of a course, in its order.
     *
     * @param int $courseid Id of the course.
     * @return activity[] By the id of lti.
     */
    public static function of_course(int $courseid): array {
        global $DB;
        $sql = "SELECT l.id, l.course, l.name, l.instructorcustomparameters, l.launchcontainer,
                       t.tooldomain, t.baseurl, c.value AS toolcontainer,
                       cm.id AS cmid, cm.visible, cs.section, cs.sequence
                  FROM {lti} l
                  JOIN {course_modules} cm ON cm.instance = l.id AND cm.deletioninprogress = 0
                  JOIN {modules} m ON m.id = cm.module AND m.name = 'lti'
             LEFT JOIN {course_sections} cs ON cs.id = cm.section
             LEFT JOIN {lti_types} t ON t.id = l.typeid
             LEFT JOIN {lti_types_config} c ON c.typeid = t.id AND c.name = 'launchcontainer'
                 WHERE l.course = :course";
        $found = [];
        $rows = $DB->get_recordset_sql($sql, ['course' => $courseid]);
        foreach ($rows as $row) {
            $found[$row->id] = $row;
        }
        $rows->close();
        uasort($found, fn(stdClass $a, stdClass $b) => self::place($a) <=> self::place($b));
        return array_map(self::activity(...), $found);
    }

    /**
     * Returns the instances of a course.
     *
     * @param int $courseid Id of the course.
     * @return stdClass[] Rows of lticontainer by their id, the oldest first.
     */
    public static function instances(int $courseid): array {
        global $DB;
        return $DB->get_records('lticontainer', ['course' => $courseid], 'id');
    }

    /**
     * Tells whether an activity is one of an instance's: its tool is on the instance's JupyterHub.
     *
     * @param stdClass $instance Row of lticontainer.
     * @param activity $activity An LTI activity of the same course.
     * @return bool
     */
    public static function belongs(stdClass $instance, activity $activity): bool {
        return str_starts_with(strtolower($activity->tooldomain), self::host((string) $instance->jupyterhub_url));
    }

    /**
     * Tells whether an instance shows an activity.
     *
     * @param stdClass $instance Row of lticontainer.
     * @param activity $activity An LTI activity of the same course.
     * @return bool
     */
    public static function shows(stdClass $instance, activity $activity): bool {
        $ishidden = in_array($activity->id, instance::ids((string) $instance->no_display_lti), true);
        return !$ishidden && self::belongs($instance, $activity);
    }

    /**
     * Returns the address of an instance's JupyterHub; where it is not said, that of the first tool of the course.
     *
     * @param stdClass $instance Row of lticontainer.
     * @param activity[] $activities The LTI activities of the course.
     * @return string Empty where nobody knows.
     */
    public static function jupyterhub_url(stdClass $instance, array $activities): string {
        if ((string) $instance->jupyterhub_url !== '') {
            return $instance->jupyterhub_url;
        }
        $urls = array_filter(array_map(fn(activity $one) => $one->toolurl, $activities));
        $parts = parse_url((string) reset($urls));
        if (empty($parts['scheme']) || empty($parts['host'])) {
            return '';
        }
        return $parts['scheme'] . '://' . $parts['host'] . (isset($parts['port']) ? ":{$parts['port']}" : '');
    }

    /**
     * Returns the instance that is responsible for an activity: the one that its parameters name, or else the oldest one
     * that shows it, or else the oldest one that hides it: students start what is hidden from the teacher's list, too.
     *
     * @param activity $activity The activity.
     * @param stdClass[] $instances The instances of its course, by their id.
     * @return int|null Id of the instance; null where there is none.
     */
    public static function responsible(activity $activity, array $instances): ?int {
        $showing = array_filter($instances, fn(stdClass $one) => self::shows($one, $activity));
        $having = $showing ?: array_filter($instances, fn(stdClass $one) => self::belongs($one, $activity));
        $named = system_lines::named_instance($activity->text);
        return isset($having[$named]) ? $named : array_key_first($having);
    }

    /**
     * Takes an activity that is gone out of the lists of hidden ones.
     *
     * @param int $courseid Id of the course.
     * @param int $ltiid Id of the activity.
     */
    public static function forget_hidden(int $courseid, int $ltiid): void {
        global $DB;
        foreach (self::instances($courseid) as $instance) {
            $hidden = instance::ids((string) $instance->no_display_lti);
            if (in_array($ltiid, $hidden, true)) {
                $left = implode(',', array_diff($hidden, [$ltiid]));
                $DB->set_field('lticontainer', 'no_display_lti', $left, ['id' => $instance->id]);
            }
        }
    }

    /**
     * Returns the host of an address, also where its scheme is missing.
     *
     * @param string $url The address.
     * @return string In small letters; empty where there is none.
     */
    public static function host(string $url): string {
        $whole = str_contains($url, '//') ? $url : "//$url";
        return strtolower((string) parse_url($whole, PHP_URL_HOST));
    }

    /**
     * Returns where an activity stands in its course.
     *
     * @param stdClass $row Its row.
     * @return int[]
     */
    private static function place(stdClass $row): array {
        $sequence = explode(',', (string) $row->sequence);
        $at = array_search((string) $row->cmid, $sequence, true);
        return [(int) $row->section, $at === false ? count($sequence) : $at, (int) $row->id];
    }

    /**
     * Reads a row.
     *
     * @param stdClass $row The row.
     * @return activity
     */
    private static function activity(stdClass $row): activity {
        $container = (int) $row->launchcontainer;
        if ($container === self::DEFAULT_CONTAINER) {
            $container = (int) $row->toolcontainer;
        }
        return new activity(
            (int) $row->id,
            (int) $row->course,
            (int) $row->cmid,
            (string) $row->name,
            (string) $row->instructorcustomparameters,
            $container > self::DEFAULT_CONTAINER && $container <= 5 ? $container : self::EMBEDDED_WITHOUT_BLOCKS,
            (string) $row->tooldomain,
            (string) $row->baseurl,
            (bool) $row->visible,
        );
    }
}
