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
use mod_lticontainer\local\exception\service_refused;

/**
 * Tells the service which LTI activities there are, and where.
 *
 * The service registers all activities of a call, or none. Where it refuses a call, its halves are told one after the other,
 * and so on: one activity that it does not take keeps no other from being registered.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class registration {
    /** @var int Activities of one call. */
    private const BATCH = 1000;

    /** @var string[] Refusals that hold for each activity. */
    private const ALL = ['invalidtoken', 'invalidrecord', 'unsupportedmedia', 'methodnotallowed'];

    /** @var array[] Structs of register_ltis that were refused, each with its fault as `fault`. */
    private array $refused = [];

    /**
     * Constructor.
     */
    private function __construct(
        /** @var client The service. */
        private readonly client $client,
    ) {
    }

    /**
     * Registers the activities of a course. Those that are refused are remembered.
     *
     * @param int $courseid Id of the course.
     * @param client $client The service.
     * @return int How many are registered.
     * @throws service_exception None is.
     */
    public static function course(int $courseid, client $client): int {
        return (new self($client))->register([$courseid]);
    }

    /**
     * Registers the activities of all courses with an instance of the plugin. Those that are refused are remembered.
     *
     * @param client $client The service.
     * @return int How many are registered.
     * @throws service_exception None is.
     */
    public static function site(client $client): int {
        return (new self($client))->register(self::courses());
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
     * Registers the activities of courses.
     *
     * @param int[] $courses Ids of the courses.
     * @return int How many are registered.
     * @throws service_exception
     */
    private function register(array $courses): int {
        $count = 0;
        $waiting = [];
        foreach ($courses as $courseid) {
            $entries = self::entries($courseid);
            $count += count($entries);
            $waiting = [...$waiting, ...$entries];
            while (count($waiting) >= self::BATCH) {
                $this->send(array_splice($waiting, 0, self::BATCH));
            }
        }
        if ($waiting) {
            $this->send($waiting);
        }
        refused_activities::remember($courses, $this->refused);
        if ($this->refused && count($this->refused) === $count) {
            throw $this->refused[0]['fault'];
        }
        return $count - count($this->refused);
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
     * Tells the service, in parts where it refuses the whole.
     *
     * @param array[] $entries Structs of register_ltis.
     * @throws service_exception None would be taken now.
     */
    private function send(array $entries): void {
        try {
            $this->client->call(command::call('register_ltis', ['ltis' => $entries]));
        } catch (service_refused $fault) {
            if (verdict::of($fault, false) === verdict::AWAY || in_array($fault->servicecode, self::ALL, true)) {
                throw $fault;
            }
            if (count($entries) === 1) {
                $this->refused[] = $entries[0] + ['fault' => $fault];
                return;
            }
            foreach (array_chunk($entries, intdiv(count($entries) + 1, 2)) as $half) {
                $this->send($half);
            }
        }
    }
}
