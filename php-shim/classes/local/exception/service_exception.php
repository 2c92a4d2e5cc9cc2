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

namespace mod_lticontainer\local\exception;

use moodle_exception;

/**
 * The service could not do what it was asked.
 *
 *     service_exception
 *     ├── service_not_configured   the settings name no service
 *     ├── service_unavailable      nobody answered, or not in a way that could be understood
 *     └── service_refused          the service says no, and why
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class service_exception extends moodle_exception {
    /**
     * Constructor.
     *
     * @param string $errorcode Name of the sentence among the strings of the plugin.
     * @param mixed $a What the sentence takes.
     */
    public function __construct(
        string $errorcode,
        mixed $a = null,
        /** @var string What an administrator may want to know; never a secret. */
        public readonly string $detail = '',
    ) {
        parent::__construct($errorcode, 'mod_lticontainer', '', $a, $detail);
    }

    /**
     * Says in one plain sentence what happened, in the language of the reader.
     *
     * @return string Plain text.
     */
    public function sentence(): string {
        return get_string($this->errorcode, 'mod_lticontainer', $this->a);
    }

    /**
     * Says what an administrator can do.
     *
     * @return string Plain text.
     */
    public function remedy(): string {
        return get_string("{$this->errorcode}_remedy", 'mod_lticontainer', $this->a);
    }
}
