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
 * Tools for administrators: the way to the container host step by step, and activities that are registered anew.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\command;
use mod_lticontainer\local\page;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\tools;
use mod_lticontainer\task\register_course;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::TOOLS);
if (optional_param('register', false, PARAM_BOOL)) {
    require_sesskey();
    register_course::queue((int) $page->instance->course->id, true);
    $page->leave($page->url, [get_string('tools_registering', 'mod_lticontainer')]);
}
$hashost = (string) $page->instance->record->host !== '';
$checked = $hashost ? $page->ask(command::call('check_host', $page->at_host()), 'steps') : null;
$page->show('tools', new tools($page, $checked));
