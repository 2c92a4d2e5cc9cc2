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

use context;
use context_course;
use mod_lticontainer\local\exception\service_exception;

/**
 * The copy that a user gets of what is stored of them.
 *
 * It never looks whole where it is not: what can't be read now is named in it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class person_copy {
    /** @var person[] The user, under each of their names. */
    private readonly array $people;

    /** @var service_exception|null Why what the service has is missing. */
    private ?service_exception $fault = null;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var int Id of the user. */
        private readonly int $userid,
    ) {
        $this->people = person::all_of($userid);
    }

    /**
     * Reads what is stored in a context.
     *
     * @param context $context A course, or where that is which belongs to no course.
     * @return array Empty where there is nothing.
     */
    public function in_context(context $context): array {
        $isown = own_place::is($context, $this->userid);
        $courseid = $context instanceof context_course ? (int) $context->instanceid : 0;
        $data = $isown ? ['earlier_names' => names::earlier($this->userid)] : [];
        foreach ($this->people as $person) {
            foreach ([...($courseid ? [$courseid] : []), ...($isown ? [0] : [])] as $place) {
                $read = ['records' => person_rows::read($person->username, $place)] + $this->of_service($person, $place);
                $data = self::together($data, $read);
            }
        }
        return array_filter($data + $this->lacking($isown));
    }

    /**
     * Returns why what the service has is missing.
     *
     * @return service_exception|null Null where nothing is missing.
     */
    public function fault(): ?service_exception {
        return $this->fault;
    }

    /**
     * Reads what the service has.
     *
     * @param person $person The person.
     * @param int $courseid Id of a course; 0: what belongs to no course that exists.
     * @return array
     */
    private function of_service(person $person, int $courseid): array {
        if (!$this->fault && erasures::are_wanted()) {
            try {
                return $courseid ? $person->data($courseid) : $person->rest();
            } catch (service_exception $fault) {
                // Each further question would wait as long for nothing.
                $this->fault = $fault;
            }
        }
        return [];
    }

    /**
     * Says what the copy lacks.
     *
     * @param bool $isown Whether that is said which concerns the user rather than a course.
     * @return array
     */
    private function lacking(bool $isown): array {
        global $DB;
        $lost = $isown ? names::lost_to_others($this->userid) : [];
        $iswaiting = $DB->record_exists(queue::TABLE, ['kind' => queue::RECORDS]);
        return [
            'missing' => $this->fault ? get_string('privacy:missing', 'mod_lticontainer') : '',
            'waiting' => $iswaiting ? get_string('privacy:waiting', 'mod_lticontainer') : '',
            'lost_names' => $lost ? get_string('privacy:lostnames', 'mod_lticontainer', implode(', ', $lost)) : '',
        ];
    }

    /**
     * Puts together what is stored under two names.
     *
     * @param array $one Lists, and a number.
     * @param array $other The same.
     * @return array
     */
    private static function together(array $one, array $other): array {
        foreach ($other as $name => $value) {
            $one[$name] = is_array($value) ? [...($one[$name] ?? []), ...$value] : ($one[$name] ?? 0) + $value;
        }
        return $one;
    }
}
