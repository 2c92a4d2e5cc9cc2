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
 * The first page of an instance: its settings, and whether service and container host answer.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\activities;
use mod_lticontainer\local\command;
use mod_lticontainer\local\page;
use mod_lticontainer\local\queue_state;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\overview;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::OVERVIEW);
$page->instance->trigger_viewed();

$host = (string) $page->instance->record->host;
$service = $page->ask(command::call('get_site_info'), 'version', true);
$checked = $service && $host !== '' ? $page->ask(command::call('check_host', $page->at_host()), 'steps') : null;

$maychange = has_capability('moodle/course:manageactivities', $page->instance->context);
$settings = new moodle_url('/course/modedit.php', ['update' => $page->instance->cm->id, 'return' => 1]);
$page->show('overview', new overview(
    $page->instance,
    activities::of_course((int) $page->instance->course->id),
    $service,
    $checked,
    $maychange ? $settings->out(false) : '',
    queue_state::of_course((int) $page->instance->course->id)
));
