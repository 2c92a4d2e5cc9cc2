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

/**
 * Nobody answered, or not in a way that could be understood. Whether the call was carried out is not known.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class service_unavailable extends service_exception {
    /** @var string Nobody listens, or the connection was cut. */
    public const DOWN = 'servicedown';

    /** @var string No answer within the time limit. */
    public const SLOW = 'serviceslow';

    /** @var string The name of the service's machine is unknown. */
    public const UNRESOLVED = 'serviceunresolved';

    /** @var string The certificate is not trusted, or no encrypted connection came about. */
    public const UNTRUSTED = 'serviceuntrusted';

    /** @var string It answered that it has failed. */
    public const FAILED = 'servicefailed';

    /** @var string Something answered that is not the service. */
    public const NONSENSE = 'servicenonsense';

    /**
     * Constructor.
     *
     * @param string $detail What an administrator may want to know.
     */
    public function __construct(
        /** @var string One of the constants. */
        public readonly string $reason,
        string $detail = '',
    ) {
        parent::__construct($reason, null, $detail);
    }

    /**
     * Tells whether the call may have reached the service.
     *
     * @return bool
     */
    public function may_have_acted(): bool {
        return !in_array($this->reason, [self::UNRESOLVED, self::UNTRUSTED], true);
    }
}
