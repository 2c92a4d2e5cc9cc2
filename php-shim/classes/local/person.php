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
 * A person, as the service knows them: by the user name in Moodle, which kernels report.
 *
 * A user who had another name before is several persons to the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class person {
    /** @var int Cell runs of one answer. */
    private const PAGE = 1000;

    /**
     * Constructor.
     */
    private function __construct(
        /** @var string User name. */
        public readonly string $username,
        /** @var int Since when the name is theirs; 0: as long as is known. */
        private readonly int $since = 0,
    ) {
    }

    /**
     * Returns a user, under each of their names.
     *
     * @param int $userid Id of the user.
     * @return self[]
     */
    public static function all_of(int $userid): array {
        return array_map(fn(string $name) => new self($name, names::since($name, $userid)), names::of_user($userid));
    }

    /**
     * Returns whoever has a name.
     *
     * @param string $username User name.
     * @return self
     */
    public static function named(string $username): self {
        return new self($username);
    }

    /**
     * Returns the user names of those of whom the service has something in a course.
     *
     * @param int $courseid Id of the course.
     * @return string[]
     * @throws service_exception
     */
    public static function names_in_course(int $courseid): array {
        $found = client::in_background()->call(command::call('get_recorded_users', ['course_id' => $courseid]));
        return array_map('strval', (array) ($found['users'] ?? []));
    }

    /**
     * Returns the courses of Moodle in which the service has something, and whether it has something beyond them.
     *
     * @return array Ids of courses, and a flag.
     * @throws service_exception
     */
    public function places(): array {
        global $DB;
        $data = $this->data(0);
        $named = [
            ...array_column($data['executions'], 'course_id'),
            ...array_column($data['sessions'], 'course_id'),
            ...$data['roster_courses'],
        ];
        $named = array_unique(array_map('intval', $named));
        $courses = array_values(array_filter($named, fn(int $id) => $id && $DB->record_exists('course', ['id' => $id])));
        return [$courses, count($courses) < count($named) || $data['rejected_records'] > 0];
    }

    /**
     * Reads what the service has of the person.
     *
     * @param int $courseid Id of a course; 0: all.
     * @return array Lists executions, sessions and roster_courses, and the number of rejected_records.
     * @throws service_exception
     */
    public function data(int $courseid): array {
        $data = $this->page($courseid, '', self::PAGE);
        $cursor = $data['next_cursor'];
        while ($cursor !== '') {
            $page = $this->page($courseid, $cursor, self::PAGE);
            $data['executions'] = [...$data['executions'], ...$page['executions']];
            $cursor = $page['next_cursor'];
        }
        unset($data['next_cursor']);
        return $this->since ? $this->own($data) : $data;
    }

    /**
     * Tells whether the service has anything under the name, of somebody who had it until then.
     *
     * @param int $until Time; 0: of whoever had it.
     * @return bool
     * @throws service_exception
     */
    public function has_anything(int $until = 0): bool {
        $page = $this->page(0, '', 1);
        if ($until) {
            return $page['executions'] && self::time($page['executions'][0]) <= $until;
        }
        return $page['executions'] || $page['sessions'] || $page['roster_courses'] || $page['rejected_records'];
    }

    /**
     * Reads a part of what the service has of the person.
     *
     * @param int $courseid Id of a course; 0: all.
     * @param string $cursor Where to go on; empty: the beginning.
     * @param int $limit The most cell runs.
     * @return array The same as all of it, and next_cursor. Only the first part has more than cell runs.
     * @throws service_exception
     */
    private function page(int $courseid, string $cursor, int $limit): array {
        $arguments = ['username' => $this->username, 'course_id' => $courseid, 'limit' => $limit, 'cursor' => $cursor];
        $page = client::in_background()->call(command::call('get_user_data', $arguments));
        return [
            'executions' => (array) ($page['executions'] ?? []),
            'sessions' => (array) ($page['sessions'] ?? []),
            'roster_courses' => (array) ($page['roster_courses'] ?? []),
            'rejected_records' => (int) ($page['rejected_records'] ?? 0),
            'next_cursor' => (string) ($page['next_cursor'] ?? ''),
        ];
    }

    /**
     * Leaves out what is of somebody who had the name before.
     *
     * @param array $data What the service has.
     * @return array The same without it.
     */
    private function own(array $data): array {
        $data['executions'] = array_values(array_filter($data['executions'], fn(array $one) => self::time($one) > $this->since));
        $sessions = array_column($data['executions'], 'session', 'session');
        $data['sessions'] = array_values(array_filter($data['sessions'], fn(array $one) => isset($sessions[$one['session']])));
        return $data;
    }

    /**
     * Returns when a cell was run.
     *
     * @param array $execution What the service says of it.
     * @return int Time; 0 where it is not known.
     */
    private static function time(array $execution): int {
        return (int) strtotime((string) ($execution['asked_at'] ?? '') ?: (string) ($execution['answered_at'] ?? ''));
    }

    /**
     * Reads what the service has of the person beyond the courses that exist.
     *
     * @return array As above.
     * @throws service_exception
     */
    public function rest(): array {
        [$courses] = $this->places();
        $data = $this->data(0);
        $isrest = fn(array $one) => !in_array((int) ($one['course_id'] ?? 0), $courses, true);
        $data['executions'] = array_values(array_filter($data['executions'], $isrest));
        $data['sessions'] = array_values(array_filter($data['sessions'], $isrest));
        $data['roster_courses'] = array_values(array_diff($data['roster_courses'], $courses));
        return $data;
    }
}
