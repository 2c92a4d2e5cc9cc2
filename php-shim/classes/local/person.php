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

use core_user;
use mod_lticontainer\local\exception\service_exception;

/**
 * A person, as the service knows them: by the user name in Moodle, which kernels report.
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
     *
     * @param string $username User name.
     */
    private function __construct(
        public readonly string $username,
    ) {
    }

    /**
     * Finds a person.
     *
     * @param int $userid Id of the user.
     * @return self|null Null where there is none of this id.
     */
    public static function from_userid(int $userid): ?self {
        $user = core_user::get_user($userid);
        return $user && (string) $user->username !== '' ? new self($user->username) : null;
    }

    /**
     * Returns a person who may be no user any more.
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
        $client = client::in_background();
        $since = ['course_id' => $courseid, 'period' => 'any', 'start' => '1970-01-02T00:00:00Z'];
        $found = (array) ($client->call(command::call('get_filters', $since))['users'] ?? []);
        $roster = (array) ($client->call(command::call('get_roster', ['course_id' => $courseid]))['users'] ?? []);
        return array_filter(array_unique([...$found, ...$roster]), fn($name) => (string) $name !== '');
    }

    /**
     * Returns those of whom the service has something in a course.
     *
     * @param int $courseid Id of the course.
     * @return int[] Ids of users; names that are no user's are left out.
     * @throws service_exception
     */
    public static function of_course(int $courseid): array {
        global $DB, $CFG;
        $userids = [];
        foreach (array_chunk(self::names_in_course($courseid), self::PAGE) as $names) {
            [$sql, $params] = $DB->get_in_or_equal($names, SQL_PARAMS_NAMED);
            $where = "username $sql AND mnethostid = :host";
            $users = $DB->get_fieldset_select('user', 'id', $where, $params + ['host' => $CFG->mnet_localhost_id]);
            $userids = [...$userids, ...array_map('intval', $users)];
        }
        return $userids;
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
        $client = client::in_background();
        $data = ['executions' => [], 'sessions' => [], 'roster_courses' => [], 'rejected_records' => 0];
        $cursor = '';
        do {
            $arguments = ['username' => $this->username, 'course_id' => $courseid, 'limit' => self::PAGE, 'cursor' => $cursor];
            $page = $client->call(command::call('get_user_data', $arguments));
            $data['executions'] = [...$data['executions'], ...(array) ($page['executions'] ?? [])];
            if ($cursor === '') {
                $data['sessions'] = (array) ($page['sessions'] ?? []);
                $data['roster_courses'] = (array) ($page['roster_courses'] ?? []);
                $data['rejected_records'] = (int) ($page['rejected_records'] ?? 0);
            }
            $cursor = (string) ($page['next_cursor'] ?? '');
        } while ($cursor !== '');
        return $data;
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
