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
use mod_lticontainer\local\client;
use mod_lticontainer\local\erasures;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\likely;
use mod_lticontainer\local\person;
use mod_lticontainer\local\person_rows;

/**
 * What is stored of persons: by the service, and in the tables that 1.6.3 has left.
 *
 * Cell runs belong to courses, not to instances, so the contexts are those of courses. What belongs to no course that
 * exists is in the context of its user.
 *
 * Moodle takes an exception for "nothing is stored", and a request to erase would be done with nothing erased. So where
 * the service is away, what Moodle itself knows has to do.
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
        $fields = ['username', 'course', 'session', 'date', 'status', 'filename', 'roster'];
        $names = array_map(fn(string $field) => "privacy:metadata:service:$field", $fields);
        $collection->add_external_location_link('service', array_combine($fields, $names), 'privacy:metadata:service');
        $collection->add_database_table('lticontainer_server_data', [
            'username' => 'privacy:metadata:server_data:username',
            'session' => 'privacy:metadata:server_data:session',
            'status' => 'privacy:metadata:server_data:status',
            'date' => 'privacy:metadata:server_data:date',
        ], 'privacy:metadata:server_data');
        $collection->add_database_table('lticontainer_queue', [
            'arguments' => 'privacy:metadata:queue:arguments',
            'timecreated' => 'privacy:metadata:queue:timecreated',
        ], 'privacy:metadata:queue');
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
        $person = person::from_userid($userid);
        if (!$person) {
            return $list;
        }
        person_rows::add_contexts($list, $userid);
        if (client::is_configured()) {
            try {
                self::add_places($list, $person, $userid);
            } catch (service_exception) {
                likely::add_contexts($list, $userid);
            }
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
        if ($context instanceof context_user && self::has_rest($context->instanceid)) {
            $userlist->add_user($context->instanceid);
        }
        if (!$context instanceof context_course) {
            return;
        }
        person_rows::add_users($userlist, $context->instanceid);
        if (client::is_configured()) {
            try {
                $userlist->add_users(person::of_course($context->instanceid));
            } catch (service_exception) {
                likely::add_users($userlist, $context->instanceid);
            }
        }
    }

    /**
     * Exports what is stored of a person.
     *
     * @param approved_contextlist $contextlist Where.
     */
    public static function export_user_data(approved_contextlist $contextlist) {
        $person = person::from_userid($contextlist->get_user()->id);
        if (!$person) {
            return;
        }
        $path = [get_string('pluginname', 'mod_lticontainer')];
        foreach ($contextlist->get_contexts() as $context) {
            $data = [];
            if ($context instanceof context_course) {
                $data = ['records' => person_rows::read($person->username, $context->instanceid)];
            }
            if (client::is_configured()) {
                $data += self::of_service($person, $context);
            }
            if (array_filter($data)) {
                writer::with_context($context)->export_data($path, (object) $data);
            }
        }
    }

    /**
     * Erases what is stored of everybody in a course, or of a person beyond the courses.
     *
     * @param context $context The context.
     */
    public static function delete_data_for_all_users_in_context(context $context) {
        if ($context instanceof context_user) {
            self::erase([$context->instanceid], [], true);
        }
        if (!$context instanceof context_course) {
            return;
        }
        if (client::is_configured()) {
            erasures::add_course((int) $context->instanceid);
        }
        $userlist = new userlist($context, 'mod_lticontainer');
        person_rows::add_users($userlist, $context->instanceid);
        self::erase($userlist->get_userids(), [$context->instanceid], false);
    }

    /**
     * Erases what is stored of a person.
     *
     * @param approved_contextlist $contextlist Where.
     */
    public static function delete_data_for_user(approved_contextlist $contextlist) {
        $userid = $contextlist->get_user()->id;
        $courses = [];
        $isrest = false;
        foreach ($contextlist->get_contexts() as $context) {
            if ($context instanceof context_course) {
                $courses[] = $context->instanceid;
            }
            $isrest = $isrest || ($context instanceof context_user && $context->instanceid == $userid);
        }
        self::erase([$userid], $courses, $isrest);
    }

    /**
     * Erases what is stored of some persons in a course, or of a person beyond the courses.
     *
     * @param approved_userlist $userlist The context and the persons.
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
        $context = $userlist->get_context();
        if ($context instanceof context_course) {
            self::erase($userlist->get_userids(), [$context->instanceid], false);
        }
        if ($context instanceof context_user && in_array($context->instanceid, $userlist->get_userids())) {
            self::erase([$context->instanceid], [], true);
        }
    }

    /**
     * Adds the places where the service has something of a person.
     *
     * @param contextlist $list Takes them.
     * @param person $person The person.
     * @param int $userid Id of the user.
     * @throws service_exception
     */
    private static function add_places(contextlist $list, person $person, int $userid): void {
        [$courses, $ismore] = $person->places();
        foreach ($courses as $courseid) {
            $where = 'SELECT id FROM {context} WHERE contextlevel = :level AND instanceid = :course';
            $list->add_from_sql($where, ['level' => CONTEXT_COURSE, 'course' => $courseid]);
        }
        if ($ismore) {
            $list->add_user_context($userid);
        }
    }

    /**
     * Tells whether the service has, or may have, something of a person beyond the courses that exist.
     *
     * @param int $userid Id of the user.
     * @return bool
     */
    private static function has_rest(int $userid): bool {
        $person = client::is_configured() ? person::from_userid($userid) : null;
        try {
            return $person && $person->places()[1];
        } catch (service_exception) {
            return true;
        }
    }

    /**
     * Reads what the service has of a person in a context.
     *
     * @param person $person The person.
     * @param context $context A course, or the person's own context.
     * @return array
     */
    private static function of_service(person $person, context $context): array {
        if ($context instanceof context_course) {
            return $person->data($context->instanceid);
        }
        return $context instanceof context_user ? $person->rest() : [];
    }

    /**
     * Erases what is stored of persons in courses, and sends all erasures that wait.
     *
     * @param int[] $userids Ids of users.
     * @param int[] $courses Ids of courses.
     * @param bool $isrest Whether what is beyond the courses that exist goes too.
     */
    private static function erase(array $userids, array $courses, bool $isrest): void {
        $courses = array_map('intval', $courses);
        $people = array_filter(array_map(fn($userid) => person::from_userid((int) $userid), $userids));
        foreach ($people as $person) {
            foreach ($courses as $courseid) {
                erasures::add($person->username, $courseid);
            }
            if ($isrest && client::is_configured()) {
                erasures::add_rest($person->username, $courses);
            }
        }
        // The rows are the service's own where it works on these tables, so it comes first.
        erasures::send();
        foreach ($people as $person) {
            foreach ($courses as $courseid) {
                person_rows::delete($person->username, $courseid);
            }
        }
    }
}
