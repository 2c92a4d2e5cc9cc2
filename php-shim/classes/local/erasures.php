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
 * Erasures of what the service has of persons, on their way to it.
 *
 * All of them go through the queue, so none is lost where the service is away, or where the settings name none yet. What only
 * the service knows, such as who is in a course, is asked when an erasure is sent, not when it is wanted.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class erasures {
    /** @var string Function of the service. */
    private const ERASE = 'delete_user_data';

    /** @var string What stands in the queue for what a person has beyond the courses that exist. */
    private const REST = 'erase_rest';

    /** @var string What stands in the queue for everybody in a course. */
    private const COURSE = 'erase_course';

    /** @var int Seconds for what waits to be erased, at once; the rest is done by the task. */
    private const SECONDS = 20;

    /**
     * Wants erased what the service has of a person in a course.
     *
     * @param string $username User name.
     * @param int $courseid Id of the course; 0: all of them.
     */
    public static function add(string $username, int $courseid): void {
        queue::add_erasure(self::ERASE, ['username' => $username, 'course_id' => $courseid]);
    }

    /**
     * Wants erased what the service has of a person beyond the courses that exist. What has no course at all goes only
     * with everything, so it stays where something of another course has to stay.
     *
     * @param string $username User name.
     * @param int[] $erased Courses of which all is erased before.
     */
    public static function add_rest(string $username, array $erased): void {
        queue::add_erasure(self::REST, ['username' => $username, 'erased' => $erased]);
    }

    /**
     * Wants erased all that the service has of a person: beyond the courses that exist, as above, and in courses of which
     * Moodle did not know that there is something, unless the site keeps it.
     *
     * @param string $username User name.
     * @param int $userid Id of the user.
     * @param int[] $erased Courses of which all is erased before.
     * @param int[] $kept Courses of which nothing is erased.
     */
    public static function add_everything(string $username, int $userid, array $erased, array $kept): void {
        $arguments = ['username' => $username, 'erased' => $erased, 'userid' => $userid, 'kept' => $kept];
        queue::add_erasure(self::REST, $arguments);
    }

    /**
     * Tells whether there may be anything to erase: a service has it, or records wait for one.
     *
     * @return bool
     */
    public static function are_wanted(): bool {
        return client::had_service() || queue::count(queue::RECORDS) > 0;
    }

    /**
     * Tells whether an erasure of somebody waits.
     *
     * @param string $username User name.
     * @return bool
     */
    public static function wait_for(string $username): bool {
        global $DB;
        $waiting = $DB->get_recordset(queue::TABLE, ['kind' => queue::ERASURES], '', 'id, arguments');
        $found = false;
        foreach ($waiting as $row) {
            // Of a course nobody knows yet whom it will be about.
            $found = $found || (json_decode($row->arguments, true)['username'] ?? $username) === $username;
        }
        $waiting->close();
        return $found;
    }

    /**
     * Wants erased what the service has of anybody in a course.
     *
     * @param int $courseid Id of the course.
     */
    public static function add_course(int $courseid): void {
        queue::add_erasure(self::COURSE, ['course_id' => $courseid]);
    }

    /**
     * Sends what is wanted, as far as that is possible now; the rest is sent by the task.
     */
    public static function send(): void {
        $sender = new queue_sender(client::in_background(), microtime(true) + self::SECONDS);
        $sender->send(queue::ERASURES);
    }

    /**
     * Sends an erasure that has waited.
     *
     * @param string $function What stands in the queue.
     * @param array $arguments What it says.
     * @param int $id Its place in the queue.
     * @param client $client The service.
     * @throws service_exception
     * @throws \UnexpectedValueException It says nothing that can be understood.
     */
    public static function send_again(string $function, array $arguments, int $id, client $client): void {
        $username = $arguments['username'] ?? '';
        $courseid = $arguments['course_id'] ?? 0;
        $erased = $arguments['erased'] ?? [];
        if (!is_string($username) || !is_int($courseid) || !is_array($erased) || ($username === '' && $courseid === 0)) {
            throw new \UnexpectedValueException('The erasure names nobody');
        }
        if ($function === self::REST) {
            $person = person::named($username);
            self::work_out_rest($person, [...$erased, ...self::work_out_unknown($person, $arguments)]);
        } else if ($function === self::COURSE) {
            self::work_out_course($courseid, $id);
        } else {
            // What is stopped could bring back what is erased here.
            person_calls::forget($username, $courseid, $id, $client);
            $client->call(command::call($function, ['username' => $username, 'course_id' => $courseid]));
        }
    }

    /**
     * Works out who is in a course, and wants them erased there.
     *
     * @param int $courseid Id of the course.
     * @param int $id Place in the queue of what wants this.
     * @throws service_exception
     */
    private static function work_out_course(int $courseid, int $id): void {
        foreach (person::names_in_course($courseid) as $username) {
            self::add($username, $courseid);
        }
        person_calls::forget_course($courseid, $id);
    }

    /**
     * Works out in which courses, beside those that are named, a person has something that is to be erased.
     *
     * @param person $person The person.
     * @param array $arguments What the queue says.
     * @return int[] Ids of the courses; all is erased there.
     * @throws service_exception
     */
    private static function work_out_unknown(person $person, array $arguments): array {
        $userid = $arguments['userid'] ?? 0;
        if (!$userid) {
            return [];
        }
        $unknown = array_diff($person->places()[0], $arguments['erased'] ?? [], $arguments['kept'] ?? []);
        $unknown = array_values(array_filter($unknown, fn(int $courseid) => !retention::protects($courseid, $userid)));
        foreach ($unknown as $courseid) {
            self::add($person->username, $courseid);
        }
        return $unknown;
    }

    /**
     * Works out what a person has beyond the courses that exist.
     *
     * @param person $person The person.
     * @param int[] $erased Courses of which all was erased before.
     * @throws service_exception
     */
    private static function work_out_rest(person $person, array $erased): void {
        global $DB;
        [$courses] = $person->places();
        if (!array_diff($courses, $erased)) {
            self::add($person->username, 0);
            return;
        }
        $rest = $person->rest();
        $gone = array_unique(array_map('intval', [...array_column($rest['sessions'], 'course_id'), ...$rest['roster_courses']]));
        foreach (array_filter($gone, fn(int $id) => $id && !$DB->record_exists('course', ['id' => $id])) as $courseid) {
            self::add($person->username, $courseid);
        }
    }
}
