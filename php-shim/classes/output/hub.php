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

namespace mod_lticontainer\output;

use renderable;
use renderer_base;
use templatable;

/**
 * The way to JupyterHub.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class hub implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var string Address of JupyterHub, as a teacher has typed it; may be empty. */
        private readonly string $address,
        /** @var bool Whether the reader is led to where JupyterHub's users are managed. */
        private readonly bool $maymanage,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $isaddress = preg_match('~^https?://[^/\s]+~i', $this->address) === 1;
        $base = rtrim($this->address, '/');
        return [
            'address' => $this->address,
            'home' => $isaddress ? "$base/hub/home" : '',
            'admin' => $isaddress && $this->maymanage ? "$base/hub/admin" : '',
        ];
    }
}
