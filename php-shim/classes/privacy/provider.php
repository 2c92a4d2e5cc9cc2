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

namespace mod_lticontainer\privacy;

use context;
use context_course;
use context_user;
use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use mod_lticontainer\local\erasures;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\likely;
use mod_lticontainer\local\names;
use mod_lticontainer\local\own_place;
use mod_lticontainer\local\person;
use mod_lticontainer\local\person_calls;
use mod_lticontainer\local\person_copy;
use mod_lticontainer\local\person_rows;
use mod_lticontainer\local\queue;
use moodle_exception;

/**
 * What is stored of persons: by the service, and in the tables that 1.6.3 has left.
 *
 * Cell runs belong to courses, not to instances, so the contexts are those of courses. What belongs to no course that
 * exists is in the context of its user.
 *
 * Moodle goes on after an exception as if nothing were stored: a request to erase would be done with nothing erased, and a
 * copy be handed out without what is missing. So where the service is away, what Moodle itself knows has to do, erasures
 * wait in the queue, and a copy says what it lacks. An exception comes last, where a privacy officer has to know: Moodle
 * writes them what it says.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class provider implements
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\request\plugin\provider {
    /**
     * Says what is stored.
     *
     * @param collection $collection What is known so far.
     * @return collection
     */
    public static function get_metadata(collection $collection): collection {
        $described = fn(string $what, array $fields) => array_combine(
            $fields,
            array_map(fn(string $field) => "privacy:metadata:$what:$field", $fields)
        );
        $fields = ['username', 'course', 'session', 'date', 'status', 'filename', 'roster', 'changes'];
        $collection->add_external_location_link('service', $described('service', $fields), 'privacy:metadata:service');
        $tables = [
            'server_data' => ['username', 'session', 'status', 'date'],
            'client_data' => ['session', 'cell_id', 'filename', 'date'],
            'session' => ['session', 'course', 'lti_id'],
            'queue' => ['arguments', 'timecreated'],
            'names' => ['userid', 'username', 'timecreated', 'timelost'],
        ];
        foreach ($tables as $table => $fields) {
            $collection->add_database_table("lticontainer_$table", $described($table, $fields), "privacy:metadata:$table");
        }
        return $collection;
    }

    /**
     * Says where something is stored of a person.
     *
     * @param int $userid Id of the user.
     * @return contextlist
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        $list = new contextlist();
        $list->set_component('mod_lticontainer');
        [$courses, $ismore] = self::places($userid);
        foreach (array_unique($courses) as $courseid) {
            $where = 'SELECT id FROM {context} WHERE contextlevel = :level AND instanceid = :course';
            $list->add_from_sql($where, ['level' => CONTEXT_COURSE, 'course' => $courseid]);
        }
        if ($ismore) {
            own_place::add($list, $userid);
        }
        return $list;
    }

    /**
     * Says of whom something is stored in a course, or beyond the courses.
     *
     * @param userlist $userlist Takes the users.
     */
    public static function get_users_in_context(userlist $userlist) {
        $context = $userlist->get_context();
        foreach (own_place::users($context) as $userid) {
            if (self::places($userid)[1]) {
                $userlist->add_user($userid);
            }
        }
        if (!$context instanceof context_course) {
            return;
        }
        person_rows::add_users($userlist, $context->instanceid);
        $userlist->add_users(names::owners(person_calls::usernames((int) $context->instanceid)));
        if (erasures::are_wanted()) {
            try {
                $userlist->add_users(names::owners(person::names_in_course($context->instanceid)));
            } catch (service_exception) {
                likely::add_users($userlist, $context->instanceid);
            }
        }
    }

    /**
     * Exports what is stored of a person.
     *
     * @param approved_contextlist $contextlist Where.
     * @throws service_exception The copy lacks what the service has, and says so.
     */
    public static function export_user_data(approved_contextlist $contextlist) {
        $copy = new person_copy((int) $contextlist->get_user()->id);
        foreach ($contextlist->get_contexts() as $context) {
            $data = $copy->in_context($context);
            if ($data) {
                writer::with_context($context)->export_data([get_string('pluginname', 'mod_lticontainer')], (object) $data);
            }
        }
        if ($copy->fault()) {
            throw $copy->fault();
        }
    }

    /**
     * Erases what is stored of everybody in a course, or of a person beyond the courses.
     *
     * @param context $context The context.
     */
    public static function delete_data_for_all_users_in_context(context $context) {
        if ($context instanceof context_user) {
            self::erase_rest([(int) $context->instanceid]);
        }
        if (!$context instanceof context_course) {
            return;
        }
        if (erasures::are_wanted()) {
            erasures::add_course((int) $context->instanceid);
        }
        // The rows are the service's own where it works on these tables, so it comes first.
        erasures::send();
        person_rows::delete_course((int) $context->instanceid);
    }

    /**
     * Erases what is stored of a person. With the context of their own this is about everything, also what only the
     * service knows of.
     *
     * @param approved_contextlist $contextlist Where.
     * @throws moodle_exception A name that they had before is another's now: all the rest is erased.
     */
    public static function delete_data_for_user(approved_contextlist $contextlist) {
        $userid = (int) $contextlist->get_user()->id;
        $courses = [];
        $isall = false;
        foreach ($contextlist->get_contexts() as $context) {
            if ($context instanceof context_course) {
                $courses[] = (int) $context->instanceid;
            }
            $isall = $isall || own_place::is($context, $userid);
        }
        // Moodle was told of these, and has decided to keep what is there.
        $kept = array_values(array_diff([...self::known_places($userid)[0], ...likely::courses($userid)], $courses));
        foreach (erasures::are_wanted() ? person::all_of($userid) : [] as $person) {
            self::want($person, $courses);
            if ($isall) {
                erasures::add_everything($person->username, $userid, $courses, $kept);
            }
        }
        erasures::send();
        self::delete_rows([$userid], [...$courses, ...($isall ? [0] : [])]);
        $lost = $isall ? names::lost_to_others($userid) : [];
        if ($lost) {
            throw new moodle_exception('privacy:lostnames', 'mod_lticontainer', '', implode(', ', $lost));
        }
    }

    /**
     * Erases what is stored of some persons in a course, or of a person beyond the courses.
     *
     * @param approved_userlist $userlist The context and the persons.
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
        $context = $userlist->get_context();
        $userids = array_map('intval', $userlist->get_userids());
        if ($context instanceof context_course) {
            foreach (erasures::are_wanted() ? $userids : [] as $userid) {
                foreach (person::all_of($userid) as $person) {
                    self::want($person, [(int) $context->instanceid]);
                }
            }
            erasures::send();
            self::delete_rows($userids, [(int) $context->instanceid]);
        }
        self::erase_rest(array_intersect(own_place::users($context), $userids));
    }

    /**
     * Returns where something is stored of a user, or may be where the service can't be asked.
     *
     * @param int $userid Id of the user.
     * @return array Ids of courses, and whether there is something beyond them.
     */
    private static function places(int $userid): array {
        [$courses, $ismore] = self::known_places($userid);
        if (!erasures::are_wanted()) {
            return [$courses, $ismore];
        }
        // Records that wait may be of anybody.
        $isopen = queue::count(queue::RECORDS) > 0;
        try {
            foreach (person::all_of($userid) as $person) {
                [$some, $more] = $person->places();
                $courses = [...$courses, ...$some];
                // With something in a course there may be more that names no course, such as an answer without a session.
                $ismore = $ismore || $more || $some;
            }
        } catch (service_exception) {
            $isopen = true;
        }
        return $isopen ? [[...$courses, ...likely::courses($userid)], true] : [$courses, $ismore];
    }

    /**
     * Returns where Moodle itself has something of a user.
     *
     * @param int $userid Id of the user.
     * @return array Ids of courses, and whether there is something beyond them.
     */
    private static function known_places(int $userid): array {
        $courses = [];
        $ismore = (bool) names::earlier($userid);
        foreach (names::of_user($userid) as $username) {
            $courses = [...$courses, ...person_rows::courses($username)];
            $ismore = $ismore || person_rows::read($username, 0);
            // Of these the course may be gone, or not be known.
            $refused = person_calls::courses($username);
            $courses = [...$courses, ...$refused];
            $ismore = $ismore || $refused;
        }
        return [$courses, $ismore];
    }

    /**
     * Wants erased what the service has of a person in courses.
     *
     * @param person $person The person.
     * @param int[] $courses Ids of courses.
     */
    private static function want(person $person, array $courses): void {
        foreach ($courses as $courseid) {
            erasures::add($person->username, $courseid);
        }
    }

    /**
     * Erases what is stored of users beyond the courses that exist.
     *
     * @param int[] $userids Ids of users.
     */
    private static function erase_rest(array $userids): void {
        foreach (erasures::are_wanted() ? $userids : [] as $userid) {
            foreach (person::all_of($userid) as $person) {
                erasures::add_rest($person->username, []);
            }
        }
        erasures::send();
        self::delete_rows($userids, [0]);
    }

    /**
     * Deletes the rows of users. Where the service works on these tables they are its own, so it comes first.
     *
     * @param int[] $userids Ids of users.
     * @param int[] $courses Ids of courses; 0: what belongs to none that exists.
     */
    private static function delete_rows(array $userids, array $courses): void {
        foreach ($userids as $userid) {
            foreach (names::of_user($userid) as $username) {
                foreach ($courses as $courseid) {
                    person_rows::delete($username, $courseid);
                }
            }
        }
    }
}
