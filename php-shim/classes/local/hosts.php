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
 * The container hosts that the service knows, or why it could not be asked.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class hosts {
    /**
     * Constructor.
     *
     * @param string[] $names Names of the hosts.
     * @param string $warning Why they are not known; plain text, empty where they are.
     */
    public function __construct(
        public readonly array $names,
        public readonly string $warning = '',
    ) {
    }

    /**
     * Asks the service.
     *
     * @return self
     */
    public static function from_service(): self {
        try {
            $answer = client::from_settings()->call(command::call('get_hosts'));
        } catch (service_exception $fault) {
            return new self([], $fault->sentence());
        }
        $names = array_filter(array_column((array) ($answer['hosts'] ?? []), 'name'), 'is_string');
        sort($names);
        return new self($names);
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
