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
 * An answer that ends before its time, so that the browser knows.
 *
 * An answer whose length was not told ends like a complete one, whatever a script does: PHP has no word for a broken one. A
 * web server sees it where the process ends in the middle of the answer. It then cuts the connection, and starts another
 * process.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class broken_answer {
    /** @var string[] Where each answer has a process of its own. */
    private const OWN_PROCESS = ['fpm-fcgi', 'cgi-fcgi', 'apache2handler'];

    /** @var int The signal by which a web server ends its processes itself: SIGTERM. */
    private const END = 15;

    /**
     * Ends the answer. Where threads share the process, or PHP lacks its extension posix, it looks complete all the same.
     */
    public static function send(): never {
        if (in_array(PHP_SAPI, self::OWN_PROCESS, true) && !PHP_ZTS && function_exists('posix_kill')) {
            posix_kill(getmypid(), self::END);
        }
        exit;
    }
}
