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

/**
 * One finding of the test of the connection.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class check_step {
    /** @var string All is well. */
    public const OK = 'ok';

    /** @var string It works, and something should be changed. */
    public const WARNING = 'warning';

    /** @var string It does not work. */
    public const ERROR = 'error';

    /**
     * Constructor.
     */
    public function __construct(
        /** @var string What was looked at. */
        public readonly string $name,
        /** @var string One of the constants. */
        public readonly string $state,
        /** @var string What was found. */
        public readonly string $sentence,
        /** @var string What to do; empty where nothing is to be done. */
        public readonly string $remedy = '',
        /** @var string What the system said itself; may be empty. */
        public readonly string $detail = '',
    ) {
    }
}
