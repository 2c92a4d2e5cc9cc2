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

/**
 * Takes records from proxies with the token of an activity, and hands them on to the service as they are.
 *
 * A proxy adds Moodle's path to this address: records.php/webservice/rest/server.php. Such a token opens one activity and
 * nothing else; it counts here where Moodle itself keeps it in the parameters of that activity.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\passed_request;
use mod_lticontainer\local\passing;

// phpcs:disable moodle.Files.RequireLogin.Missing -- the token stands for a login, as in Moodle's web services.

define('NO_DEBUG_DISPLAY', true);
define('WS_SERVER', true);

require_once(__DIR__ . '/../../config.php');

$passing = new passing(passed_request::from_request());
$answer = $passing->answer();
http_response_code($answer->status);
header("Content-Type: $answer->type; charset=utf-8");
header('Cache-Control: no-store');
if ($answer->status === 503) {
    // By then the task has run, or the service was tried once more.
    header('Retry-After: 60');
}
echo $answer->body;
