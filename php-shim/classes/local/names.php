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
use stdClass;

/**
 * The user names under which the service may know a user: the one they have, and those that they had.
 *
 * The service knows persons by their user names alone. Moodle gives a deleted user another one and keeps no list of earlier
 * ones, so they are noted here as long as something may be stored under them.
 *
 * A name is one user's at a time: the one's who has it, or else the one's who had it last.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class names {
    /** @var string The table. */
    public const TABLE = 'lticontainer_names';

    /** @var int Names of one statement. */
    private const BATCH = 1000;

    /**
     * Notes a name that a user has, or had.
     *
     * @param int $userid Id of the user.
     * @param string $username The name.
     * @param int $timelost Since when it is theirs no more; 0: it is theirs.
     */
    public static function note(int $userid, string $username, int $timelost = 0): void {
        global $DB;
        $rows = array_filter(self::rows($userid), fn(stdClass $row) => $row->username === $username);
        foreach ($rows as $row) {
            if ((int) $row->timelost !== $timelost) {
                $DB->set_field(self::TABLE, 'timelost', $timelost, ['id' => $row->id]);
            }
        }
        if (!$rows && $username !== '') {
            $values = ['userid' => $userid, 'username' => $username, 'timecreated' => time(), 'timelost' => $timelost];
            $DB->insert_record(self::TABLE, (object) $values);
        }
    }

    /**
     * A user may have got another name.
     *
     * @param int $userid Id of the user.
     */
    public static function changed(int $userid): void {
        $current = self::current($userid);
        $lost = array_filter(self::rows($userid), fn(stdClass $row) => !$row->timelost && $row->username !== $current);
        foreach ($lost as $row) {
            self::note($userid, $row->username, time());
        }
        if ($lost && $current !== '') {
            self::note($userid, $current);
        }
    }

    /**
     * A user was deleted.
     *
     * @param int $userid Id of the user.
     * @param string $username The name that they had.
     */
    public static function deleted(int $userid, string $username): void {
        self::changed($userid);
        if (erasures::are_wanted() || person_rows::exist($username)) {
            self::note($userid, $username, time());
        }
    }

    /**
     * Returns the names that are a user's: what is stored under them is of this user.
     *
     * @param int $userid Id of the user.
     * @return string[]
     */
    public static function of_user(int $userid): array {
        return array_values(array_filter(self::all($userid), fn(string $name) => !self::is_anothers($name, $userid)));
    }

    /**
     * Returns the names that a user had, and another has got since.
     *
     * @param int $userid Id of the user.
     * @return string[]
     */
    public static function lost_to_others(int $userid): array {
        return array_values(array_filter(self::all($userid), fn(string $name) => self::is_anothers($name, $userid)));
    }

    /**
     * Returns the names that a user had before.
     *
     * @param int $userid Id of the user.
     * @return string[]
     */
    public static function earlier(int $userid): array {
        return array_values(array_diff(self::all($userid), [self::current($userid)]));
    }

    /**
     * Returns since when a name is a user's: what is older was another's.
     *
     * @param string $username The name.
     * @param int $userid Id of the user.
     * @return int Time; 0: nobody is known who had it before.
     */
    public static function since(string $username, int $userid): int {
        $until = self::lost_at($username, $userid) ?: PHP_INT_MAX;
        $times = array_column(self::holders($username, $userid), 'timelost');
        return max([0, ...array_filter(array_map('intval', $times), fn(int $time) => $time < $until)]);
    }

    /**
     * Returns the users whose names these are.
     *
     * @param string[] $usernames Names.
     * @return int[] Ids of users; a name that is nobody's is left out.
     */
    public static function owners(array $usernames): array {
        $owners = [];
        foreach (array_chunk(array_unique(array_map('strval', $usernames)), self::BATCH) as $some) {
            $having = self::having($some);
            $nobodys = array_diff($some, array_column($having, 'username'));
            self::recognise($nobodys);
            $owners = [...$owners, ...array_column($having, 'id'), ...self::last_holders($nobodys)];
        }
        return array_values(array_unique(array_map('intval', $owners)));
    }

    /**
     * Notes whose names these are.
     *
     * @param string[] $usernames Names under which something is stored.
     */
    public static function learn(array $usernames): void {
        $stored = array_flip($usernames);
        foreach (self::owners($usernames) as $userid) {
            $current = self::current($userid);
            if (isset($stored[$current])) {
                self::note($userid, $current);
            }
        }
    }

    /**
     * Notes the names of users who were deleted before anything was noted: of them Moodle keeps a hash of the name.
     *
     * @param string[] $usernames Names that are no user's.
     */
    private static function recognise(array $usernames): void {
        global $DB;
        if (!$usernames) {
            return;
        }
        $hashes = array_combine(array_map('md5', $usernames), $usernames);
        [$sql, $params] = $DB->get_in_or_equal(array_keys($hashes));
        $where = "deleted = 1 AND email $sql";
        foreach ($DB->get_records_select('user', $where, $params, 'id', 'id, email, timemodified') as $user) {
            self::note((int) $user->id, $hashes[$user->email], (int) $user->timemodified);
        }
    }

    /**
     * Returns those who had these names last.
     *
     * @param string[] $usernames Names that are no user's.
     * @return int[] Ids of users.
     */
    private static function last_holders(array $usernames): array {
        global $DB;
        if (!$usernames) {
            return [];
        }
        [$sql, $params] = $DB->get_in_or_equal($usernames);
        $wanted = array_flip($usernames);
        $last = [];
        foreach ($DB->get_records_select(self::TABLE, "username $sql", $params, 'timelost, id') as $row) {
            if (isset($wanted[$row->username])) {
                $last[$row->username] = (int) $row->userid;
            }
        }
        return array_values($last);
    }

    /**
     * Returns all names that a user has and had.
     *
     * @param int $userid Id of the user.
     * @return string[]
     */
    private static function all(int $userid): array {
        $names = [self::current($userid), ...array_column(self::rows($userid), 'username')];
        return array_values(array_unique(array_filter($names, fn(string $name) => $name !== '')));
    }

    /**
     * Returns the name that a user has.
     *
     * @param int $userid Id of the user.
     * @return string Empty where there is no such user any more.
     */
    private static function current(int $userid): string {
        $user = core_user::get_user($userid, 'id, username, deleted');
        return $user && !$user->deleted ? (string) $user->username : '';
    }

    /**
     * Tells whether a name that a user has or had is another's.
     *
     * @param string $username The name.
     * @param int $userid Id of the user.
     * @return bool
     */
    private static function is_anothers(string $username, int $userid): bool {
        global $CFG;
        $having = self::having([$username]);
        if ($having) {
            // Users of other sites may have the name of one of this site.
            $local = array_filter($having, fn(stdClass $user) => $user->mnethostid == $CFG->mnet_localhost_id);
            return !in_array($userid, array_map('intval', array_column($local ?: $having, 'id')), true);
        }
        $lost = self::lost_at($username, $userid);
        $later = fn(stdClass $row) => !$row->timelost || $row->timelost > $lost;
        return $lost && array_filter(self::holders($username, $userid), $later);
    }

    /**
     * Returns when a user has lost a name.
     *
     * @param string $username The name.
     * @param int $userid Id of the user.
     * @return int 0: never.
     */
    private static function lost_at(string $username, int $userid): int {
        $rows = array_filter(self::rows($userid), fn(stdClass $row) => $row->username === $username);
        return max([0, ...array_map('intval', array_column($rows, 'timelost'))]);
    }

    /**
     * Returns the users who have one of these names.
     *
     * @param string[] $usernames Names.
     * @return stdClass[] Their id, username and mnethostid.
     */
    private static function having(array $usernames): array {
        global $DB;
        [$sql, $params] = $DB->get_in_or_equal($usernames);
        $fields = 'id, username, mnethostid';
        // The index on names begins with the host.
        $where = "deleted = 0 AND username $sql AND mnethostid IN (SELECT id FROM {mnet_host})";
        $users = $DB->get_records_select('user', $where, $params, 'id', $fields);
        // MySQL takes names for equal that differ in an accent.
        $known = array_flip($usernames);
        return array_filter($users, fn(stdClass $user) => isset($known[$user->username]));
    }

    /**
     * Returns the rows of others with a name.
     *
     * @param string $username The name.
     * @param int $userid Id of the user who is none of them.
     * @return stdClass[]
     */
    private static function holders(string $username, int $userid): array {
        global $DB;
        $params = ['username' => $username, 'userid' => $userid];
        $rows = $DB->get_records_select(self::TABLE, 'username = :username AND userid <> :userid', $params, 'id');
        return array_filter($rows, fn(stdClass $row) => $row->username === $username);
    }

    /**
     * Returns the rows of a user.
     *
     * @param int $userid Id of the user.
     * @return stdClass[]
     */
    private static function rows(int $userid): array {
        global $DB;
        return $DB->get_records(self::TABLE, ['userid' => $userid], 'id');
    }
}
