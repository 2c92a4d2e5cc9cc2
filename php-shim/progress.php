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
 * The class as a matrix of students and code cells.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\chart_filter;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\filters;
use mod_lticontainer\output\progress;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::PROGRESS);
$filter = chart_filter::from_request($page->instance->record);
$people = new people($page->instance);

$matrix = $page->ask($filter->progress_call($people->roster()), 'students');
$form = new filters($page, $filter, $page->ask($filter->files_call(), 'files'), $people, []);
$page->show('progress', new progress($matrix, $form, $people));
