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

use mod_lticontainer\local\exception\service_unavailable;

/**
 * Carries requests to the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
interface transport {
    /**
     * Sends a request and waits for its answer.
     *
     * @param string $method GET or POST.
     * @param string $url Whole URL.
     * @param string[] $headers Whole lines.
     * @param string $body Body of a POST.
     * @param float $seconds How long all of it may take.
     * @return response Whatever came, with whatever status.
     * @throws service_unavailable Nothing came.
     */
    public function send(string $method, string $url, array $headers, string $body, float $seconds): response;
}
