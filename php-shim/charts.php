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
 * One chart of cell runs, for a period and a choice of users, notebooks and activities.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\chart_filter;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use mod_lticontainer\local\tab;
use mod_lticontainer\output\chart;
use mod_lticontainer\output\charts;
use mod_lticontainer\output\filters;

require_once(__DIR__ . '/../../config.php');

$page = page::open(tab::CHARTS);
$filter = chart_filter::from_request($page->instance->record);
$people = new people($page->instance);

$drawn = $page->ask($filter->chart_call(), 'series');
$form = new filters($page, $filter, $page->ask($filter->filters_call(), 'users'), $people, ['chart', 'period', 'times', 'user']);
$charts = $drawn ? [new chart($drawn, $people)] : [];
$page->show('charts', new charts($page, $filter, $form, $charts, $drawn ? $drawn->number('pages') : 0));
