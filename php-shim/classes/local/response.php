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
 * What came back over HTTP.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class response {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var int HTTP status. */
        public readonly int $status,
        /** @var string Content type without parameters, in small letters. */
        public readonly string $type,
        /** @var string The body. */
        public readonly string $body,
    ) {
    }

    /**
     * Returns the JSON object of the body.
     *
     * @return array|null Null where it is none.
     */
    public function json(): ?array {
        $isjson = in_array($this->type, ['application/json', 'application/problem+json'], true);
        $value = $isjson ? json_decode($this->body, true) : null;
        return is_array($value) ? $value : null;
    }
}
