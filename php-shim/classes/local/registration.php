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

/**
 * Tells the service which LTI activities there are, and where.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class registration {
    /** @var int Activities of one call. */
    private const BATCH = 1000;


    /**
     * Registers the activities of a course.
     *
     * @param int $courseid Id of the course.
     * @param client $client The service.
     * @return int How many there are.
     * @throws service_exception
     */
    public static function course(int $courseid, client $client): int {
        return self::send(self::entries($courseid), $client);
    }

    /**
     * Registers the activities of all courses with an instance of the plugin.
     *
     * @param client $client The service.
     * @return int How many there are.
     * @throws service_exception
     */
    public static function site(client $client): int {
        $sent = 0;
        $waiting = [];
        foreach (self::courses() as $courseid) {
            $waiting = [...$waiting, ...self::entries($courseid)];
            if (count($waiting) >= self::BATCH) {
                $sent += self::send($waiting, $client);
                $waiting = [];
            }
        }
        return $sent + self::send($waiting, $client);
    }

    /**
     * Returns the courses with an instance of the plugin.
     *
     * @return int[] Their ids.
     */
    public static function courses(): array {
        global $DB;
        return array_map('intval', $DB->get_fieldset_sql('SELECT DISTINCT course FROM {lticontainer} ORDER BY course'));
    }

    /**
     * Returns what the service is told of a course.
     *
     * @param int $courseid Id of the course.
     * @return array[] Structs of register_ltis.
     */
    private static function entries(int $courseid): array {
        $instances = activities::instances($courseid);
        $entries = [];
        foreach (activities::of_course($courseid) as $activity) {
            $responsible = activities::responsible($activity, $instances);
            if ($responsible !== null) {
                $entries[] = $activity->entry($responsible);
            }
        }
        return $entries;
    }

    /**
     * Tells the service.
     *
     * @param array[] $entries Structs of register_ltis.
     * @param client $client The service.
     * @return int How many there are.
     * @throws service_exception
     */
    private static function send(array $entries, client $client): int {
        foreach (array_chunk($entries, self::BATCH) as $chunk) {
            $client->call(command::call('register_ltis', ['ltis' => $chunk]));
        }
        return count($entries);
    }
}
