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
use stdClass;

/**
 * Finds the service's container host of each instance that 1.6.3 has left with a user and a password.
 *
 * The command `lticontainer host import-moodle` makes hosts of these rows. Its names follow from the rows alone, and are
 * found here in the same way: the host of JupyterHub; with the user behind it where another login has the name already.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class host_mapping {
    /** @var string The service's name of its own machine. */
    private const LOCAL = 'local';

    /** @var string[] Hosts that are the machine itself. */
    private const HERE = ['localhost', '127.0.0.1', '::1'];

    /** @var string What the service takes as the name of a host. */
    public const NAME = '/^[a-z0-9][a-z0-9.-]{0,62}$/D';

    /** @var string What the service takes as the name of a user. */
    private const USER = '/^[A-Za-z0-9_.][A-Za-z0-9_.@\\\\-]{0,254}$/D';

    /**
     * Enters hosts into instances that have none.
     *
     * @param client $client The service.
     * @return int How many instances have got one.
     * @throws service_exception
     */
    public static function apply(client $client): int {
        global $DB;
        $hosts = self::names(self::rows());
        $waiting = array_intersect_key($hosts, self::without_host());
        if (!$waiting) {
            return 0;
        }
        $found = 0;
        foreach (self::by_course($waiting) as $courseid => $instances) {
            foreach (array_intersect($instances, self::offered($client, $courseid)) as $id => $host) {
                $DB->set_field('lticontainer', 'host', $host, ['id' => $id]);
                $found++;
            }
        }
        return $found;
    }

    /**
     * Returns the hosts that a course may use.
     *
     * @param client $client The service.
     * @param int $courseid Id of the course.
     * @return string[] Their names; none where the service refuses this course.
     * @throws service_exception
     */
    private static function offered(client $client, int $courseid): array {
        try {
            return hosts::names($client, $courseid);
        } catch (service_refused $fault) {
            return $fault->is_of_one() ? [] : throw $fault;
        }
    }

    /**
     * Returns the hosts of instances by their courses: a host may be for some courses alone.
     *
     * @param string[] $hosts Names of hosts by the ids of instances.
     * @return array[] The same by the ids of courses.
     */
    private static function by_course(array $hosts): array {
        global $DB;
        $courses = [];
        foreach ($DB->get_records_list('lticontainer', 'id', array_keys($hosts), 'course', 'id, course') as $instance) {
            $courses[(int) $instance->course][$instance->id] = $hosts[$instance->id];
        }
        return $courses;
    }

    /**
     * Returns the instances of 1.6.3 that have no host yet.
     *
     * @return int[] Their ids, by their ids.
     */
    public static function without_host(): array {
        global $DB;
        $where = "COALESCE(host, '') = '' AND COALESCE(docker_user, '') <> '' AND COALESCE(docker_pass, '') <> ''";
        return $DB->get_records_select_menu('lticontainer', $where, null, 'id', 'id, id AS same');
    }

    /**
     * Returns the names of hosts.
     *
     * @param stdClass[] $rows Rows with id, url, docker_user, docker_pass and use_podman, in the order of their ids.
     * @return string[] Names by the ids of instances; those without a host are left out.
     */
    public static function names(array $rows): array {
        $names = [];
        $taken = [];
        $found = [];
        foreach ($rows as $row) {
            $address = trim(activities::host((string) $row->url), '[]');
            $ishere = in_array($address, self::HERE, true);
            if ($address === '' || (!$ishere && ((string) $row->docker_user === '' || (string) $row->docker_pass === ''))) {
                continue;
            }
            $login = $ishere ? ['', ''] : [$row->docker_user, $row->docker_pass];
            $key = json_encode([$ishere ? self::LOCAL : $address, (bool) $row->use_podman, ...$login]);
            if (!array_key_exists($key, $names)) {
                $name = self::free($ishere ? self::LOCAL : str_replace(':', '-', $address), $login[0], $taken);
                $names[$key] = preg_match(self::NAME, $name) && ($ishere || preg_match(self::USER, $login[0])) ? $name : '';
                $taken[] = $names[$key];
            }
            $found[$row->id] = $names[$key];
        }
        return array_filter($found);
    }

    /**
     * Returns a name that is free.
     *
     * @param string $name The name that is wanted.
     * @param string $user The user on the host.
     * @param string[] $taken Names that are taken.
     * @return string Empty where there is none: the machine itself has one engine only.
     */
    private static function free(string $name, string $user, array $taken): string {
        if (!in_array($name, $taken, true)) {
            return $name;
        }
        if ($name === self::LOCAL) {
            return '';
        }
        $withuser = $name . '-' . preg_replace('/[^a-z0-9.-]/u', '-', strtolower($user));
        $number = 2;
        $free = $withuser;
        while (in_array($free, $taken, true)) {
            $free = "$withuser-" . $number++;
        }
        return $free;
    }

    /**
     * Reads the instances.
     *
     * @return stdClass[]
     */
    private static function rows(): array {
        global $DB;
        $rows = $DB->get_records('lticontainer', null, 'id', 'id, course, jupyterhub_url, docker_user, docker_pass, use_podman');
        foreach ($rows as $row) {
            $row->url = (string) $row->jupyterhub_url !== '' ? $row->jupyterhub_url : self::first_tool((int) $row->course);
        }
        return $rows;
    }

    /**
     * Returns the address of a course's first LTI tool, which stands in for an empty address of JupyterHub.
     *
     * @param int $courseid Id of the course.
     * @return string Empty where there is none.
     */
    private static function first_tool(int $courseid): string {
        global $DB;
        $sql = 'SELECT l.id, t.baseurl FROM {lti} l JOIN {lti_types} t ON t.id = l.typeid WHERE l.course = ? ORDER BY l.id';
        $rows = $DB->get_records_sql($sql, [$courseid], 0, 1);
        return $rows ? (string) reset($rows)->baseurl : '';
    }
}
