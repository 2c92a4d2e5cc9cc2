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
use mod_lticontainer\local\person;
use mod_lticontainer\local\person_rows;

/**
 * What is stored of persons: by the service, and in the tables that 1.6.3 has left.
 *
 * Cell runs belong to courses, not to instances, so the contexts are those of courses. What belongs to no course that
 * exists is in the context of its user.
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
            [$courses, $ismore] = $person->places();
            foreach ($courses as $courseid) {
                $where = 'SELECT id FROM {context} WHERE contextlevel = :level AND instanceid = :course';
                $list->add_from_sql($where, ['level' => CONTEXT_COURSE, 'course' => $courseid]);
            }
            if ($ismore) {
                $list->add_user_context($userid);
            }
        }
        return $list;
    }

    /**
     * Says of whom something is stored in a course.
     *
     * @param userlist $userlist Takes the users.
     */
    public static function get_users_in_context(userlist $userlist) {
        $context = $userlist->get_context();
        if (!$context instanceof context_course) {
            return;
        }
        person_rows::add_users($userlist, $context->instanceid);
        if (client::is_configured()) {
            $userlist->add_users(person::of_course($context->instanceid));
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
     * Erases what is stored of everybody in a course.
     *
     * @param context $context The context.
     */
    public static function delete_data_for_all_users_in_context(context $context) {
        if (!$context instanceof context_course) {
            return;
        }
        $userlist = new userlist($context, 'mod_lticontainer');
        self::get_users_in_context($userlist);
        foreach ($userlist->get_userids() as $userid) {
            self::erase($userid, [$context->instanceid]);
        }
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
        self::erase($userid, $courses);
        if ($isrest) {
            person::from_userid($userid)?->erase_rest($courses);
        }
    }

    /**
     * Erases what is stored of some persons in a course.
     *
     * @param approved_userlist $userlist The course and the persons.
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
        $context = $userlist->get_context();
        if ($context instanceof context_course) {
            foreach ($userlist->get_userids() as $userid) {
                self::erase($userid, [$context->instanceid]);
            }
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
     * Erases what is stored of a person in courses.
     *
     * @param int $userid Id of the user.
     * @param int[] $courses Ids of courses.
     */
    private static function erase(int $userid, array $courses): void {
        $person = person::from_userid($userid);
        foreach ($person ? $courses : [] as $courseid) {
            $person->erase((int) $courseid);
            person_rows::delete($person->username, (int) $courseid);
        }
    }
}
