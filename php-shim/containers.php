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
 * The containers of a course: lists and stops them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\containers as course_containers;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\containers;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::CONTAINERS);
$containers = new course_containers($page);

$stop = optional_param('stop', '', PARAM_RAW_TRIMMED);
if ($stop !== '') {
    $page->require('jupyterhub_user_edit');
    if (optional_param('confirm', false, PARAM_BOOL)) {
        require_sesskey();
        $page->leave($page->url, $containers->stop($stop));
    }
    $name = (new people($page->instance))->name($stop);
    $question = get_string('container_stop_sure', 'mod_lticontainer', $name);
    $page->confirm($question, get_string('container_stop', 'mod_lticontainer'), ['stop' => $stop, 'confirm' => 1]);
    exit;
}
$page->show('containers', new containers($page, $containers->all(), new people($page->instance)));
