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
 * Leads to JupyterHub, which lists its users itself.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\activities;
use mod_lticontainer\local\page;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\hub;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::HUB);
$instance = $page->instance;
$address = activities::jupyterhub_url($instance->record, activities::of_course((int) $instance->course->id));
$page->show('hub', new hub($address, $page->may('jupyterhub_api_edit')));
