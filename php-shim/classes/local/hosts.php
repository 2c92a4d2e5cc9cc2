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
use moodle_exception;

/**
 * The container hosts that a course may use, or why the service could not be asked.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class hosts {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var string[] Names of the hosts. */
        public readonly array $names,
        /** @var string Why they are not known; plain text, empty where they are. */
        public readonly string $warning = '',
    ) {
    }

    /**
     * Asks the service.
     *
     * @param int $courseid Id of the course.
     * @return self
     */
    public static function of_course(int $courseid): self {
        try {
            return new self(self::names(client::from_settings(), $courseid));
        } catch (service_exception $fault) {
            return new self([], $fault->sentence());
        }
    }

    /**
     * Asks the service.
     *
     * @param client $client The service.
     * @param int $courseid Id of the course.
     * @return string[] Names of hosts.
     * @throws service_exception
     */
    public static function names(client $client, int $courseid): array {
        $answer = $client->call(command::call('get_hosts', ['course_id' => $courseid]));
        $names = array_filter(array_column((array) ($answer['hosts'] ?? []), 'name'), 'is_string');
        sort($names);
        return $names;
    }

    /**
     * Refuses a host that a course may not use.
     *
     * @param int $courseid Id of the course.
     * @param string $chosen Name of the host; empty: none.
     * @param string $stored What was chosen before.
     * @throws moodle_exception
     */
    public static function check(int $courseid, string $chosen, string $stored): void {
        if ($chosen === $stored || $chosen === '') {
            return;
        }
        $hosts = self::of_course($courseid);
        $fault = $hosts->fault($chosen, $stored);
        if ($fault !== '') {
            throw new moodle_exception($fault, 'mod_lticontainer', '', $chosen, $hosts->warning);
        }
    }

    /**
     * Tells why a host can't be chosen.
     *
     * @param string $chosen Its name; empty: none.
     * @param string $stored What was chosen before.
     * @return string Name of the sentence, which takes the name of the host; empty where it can.
     */
    public function fault(string $chosen, string $stored): string {
        if ($chosen === '' || in_array($chosen, $this->names, true)) {
            return '';
        }
        if ($this->warning === '') {
            return 'host_refused';
        }
        // Nobody can say now. What was chosen before stays; anything else waits.
        return $chosen === $stored ? '' : 'host_unchecked';
    }

    /**
     * Returns what a form offers. Forms write labels as they are, so these are HTML.
     *
     * @param string $stored What is chosen now; it is offered in any case.
     * @return string[] Labels by name.
     */
    public function choices(string $stored): array {
        $choices = ['' => get_string('host_none', 'mod_lticontainer')];
        foreach ($this->names as $name) {
            $choices[$name] = s($name);
        }
        if ($stored !== '' && !isset($choices[$stored])) {
            $unknown = $this->warning === '' ? get_string('host_unknown', 'mod_lticontainer', $stored) : $stored;
            $choices[$stored] = s($unknown);
        }
        return $choices;
    }

    /**
     * Returns the one host where there is no choice.
     *
     * @return string Its name; empty where there are several, or none.
     */
    public function only(): string {
        return count($this->names) === 1 ? $this->names[0] : '';
    }
}
