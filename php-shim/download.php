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
 * Hands on the content of a volume. The token of the service never reaches the browser.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use mod_lticontainer\local\archive;
use mod_lticontainer\local\page;
use mod_lticontainer\local\tab;

// A notice in the middle of a file would spoil it.
define('NO_DEBUG_DISPLAY', true);

require_once(__DIR__ . '/../../config.php');

$volume = required_param('volume', PARAM_RAW_TRIMMED);
$page = page::open(tab::VOLUMES, 'download', ['volume' => $volume]);
// What is in a volume is more than its name, so who sees the list may not open it.
$page->require('volume_edit');
$archive = new archive($page, $volume, optional_param('format', 'zip', PARAM_RAW) === 'tar.gz' ? 'tar.gz' : 'zip');
$archive->send();
$page->show_warnings();
